import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadScenarios } from '../../../harness/scenario/load.js';
import { errorOf } from './mistaken';

const OWN_ENTRY = join(__dirname, '..', '..', '..', 'harness', 'index.js');

const PARTS = `
  servers: { home: { domain: 'lab.example' } },
  participants: { bob: { home: 'home' }, carol: { home: 'home' } },
`;
const SOUND = `const defineScenario = <T>(scenario: T): T => scenario;

export default defineScenario({
  name: 'A busy callee',${PARTS}  script: [{ carol: { invite: 'bob', as: 'call' } }],
  expect: { call: [{ observed: 486 }] },
});
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'busyhere-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(text: string, name = 's.scenario.ts'): void {
  mkdirSync(join(folder, name, '..'), { recursive: true });
  writeFileSync(join(folder, name), text);
}

function told(text: string, name = 's.scenario.ts'): string {
  write(text, name);
  return errorOf(() => loadScenarios([name], folder, OWN_ENTRY)).message;
}

describe.each(['module', 'commonjs'])('in a project of type %s', (type) => {
  beforeEach(() => write(JSON.stringify({ type }), 'package.json'));

  test('TypeScript is read, and what it imports from beside it', () => {
    write("export const name: string = 'Named elsewhere';", 'parts/names.ts');
    write(
      `import { name } from './parts/names.js';\nimport type { ScenarioInput } from 'busyhere';\n${SOUND.replace("'A busy callee'", 'name')}`,
    );
    const [scenario] = loadScenarios(['s.scenario.ts'], folder, OWN_ENTRY);
    expect(scenario).toMatchObject({ title: 'Named elsewhere', file: 's.scenario.ts', id: 's' });
  });

  test.each(['mts', 'cts', 'mjs', 'cjs'])('and so are modules that end in .%s', (ending) => {
    const body = `{ name: 'x',${PARTS} script: [{ carol: { invite: 'bob', as: 'call' } }], expect: { call: [{ observed: 486 }] } };`;
    const name = `s.scenario.${ending}`;
    write(`${ending.startsWith('c') ? 'module.exports =' : 'export default'} ${body}`, name);
    expect(loadScenarios([name], folder, OWN_ENTRY)).toHaveLength(1);
  });
});

test('a mistake is shown with its line and a caret', () => {
  expect(told(SOUND.replace("invite: 'bob'", "invite: 'bbo'"))).toBe(
    [
      's.scenario.ts:7:32: "bbo" is no participant; did you mean "bob"?',
      "   7 |   script: [{ carol: { invite: 'bbo', as: 'call' } }],",
      '     |                                ^^^',
    ].join('\n'),
  );
});

test.each([
  ['export const name = "x";', 'it has no default export'],
  ['export default (async () => ({}))();', 'its default export is a promise; export what it is to become'],
  ["import './nowhere';\nexport default {};", "Cannot find module './nowhere'"],
])('what is no scenario at all is told in one line: %s', (text, what) => {
  const [first = '', ...further] = told(text).split('\n');
  expect(first).toMatch(/^s\.scenario\.ts(:1:1)?: cannot be loaded: /);
  expect(first).toContain(what);
  expect(further.join('\n')).not.toContain('missing key');
  expect(further.join('\n')).not.toContain('Require stack');
});

test('several are told at once, keys and values', () => {
  const text = SOUND.replace('domain:', 'domian:')
    .replace('observed: 486', 'observed: 99')
    .replace("carol: { home: 'home' }", "carol: { home: 'hom' }");
  const message = told(text);
  expect(message).toContain('s.scenario.ts:5:22: unknown key "domian"; did you mean "domain"?');
  expect(message).toContain('s.scenario.ts:6:58: "hom" is no server; did you mean "home"?');
  expect(message).toContain('s.scenario.ts:8:32: expected a response code from 200 to 699');
});

test('constants, types around values and spreads are followed', () => {
  const text = `const bob = { home: 'hme' } as const;
const rows = [{ observed: 486 }, { observd: 486 }] satisfies unknown[];
const base = { servers: { home: { domain: 'lab.example' } }, 'script': [{ carol: { invite: 'bob', as: 'call' } }] };
const scenario = { ...base, name: 'x', participants: { bob, carol: { home: 'home' } }, expect: { call: [...rows] } };
export default scenario;
`;
  const message = told(text);
  expect(message).toContain('s.scenario.ts:1:22: "hme" is no server; did you mean "home"?');
  expect(message).toContain('s.scenario.ts:2:36: missing key "observed"');
});

test('module.exports is followed too', () => {
  const text = `module.exports = { name: 'x',${PARTS}  script: [{ carol: { invite: 'bbo', as: 'call' } }], expect: {} };`;
  expect(told(text, 's.scenario.cjs')).toContain('s.scenario.cjs:4:32: "bbo" is no participant');
});

test('what is computed is named by its path, at the nearest thing that is written down', () => {
  const steps = "const steps = () => [{ carol: { invite: 'bbo', as: 'call' } }];\n";
  expect(told(steps + SOUND.replace(/script: .*,/, 'script: steps(),'))).toMatch(
    /^s\.scenario\.ts:8:11: script\[0\]\.carol\.invite: "bbo" is no participant; did you mean "bob"\?\n {3}8 \| {3}script: steps\(\),\n {5}\| {11}\^{7}$/,
  );
  const whole =
    "const make = (): unknown => ({ name: 'x', servers: {}, participants: {}, script: [{ a: { cancel: 'x' } }], expect: {} });\n";
  expect(told(`${whole}const defineScenario = <T>(one: T): T => one;\nexport default defineScenario(make());\n`)).toMatch(
    /^s\.scenario\.ts:3:16: script\[0\]\.a: "a" is no participant; there is none\n {3}3 \| export default defineScenario\(make\(\)\);\n {5}\| {16}\^{14}\n/,
  );
});

test('syntax that cannot be read is shown where it is, also in a file that is imported', () => {
  expect(told("export default {\n  name: 'x'\n  servers: {},\n};\n")).toBe(
    's.scenario.ts:3:3: cannot be loaded: unexpected token, expected ","\n   3 |   servers: {},\n     |   ^',
  );
  write('export const x = ;\n', 'parts/x.ts');
  expect(told(`import { x } from './parts/x.js';\nexport default x;\n`)).toMatch(/^parts\/x\.ts:1:18: cannot be loaded: unexpected token/);
});

test('what a module throws is shown at the line', () => {
  expect(told("interface A { a: string }\n\nthrow new Error('not today');\nexport default {};\n")).toMatch(
    /^s\.scenario\.ts:3:1: cannot be loaded: not today\n {3}3 \| throw new Error\('not today'\);/,
  );
});
