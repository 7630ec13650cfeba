import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadScenario, loadScenarios } from '../../../harness/scenario/load.js';
import type { Mistake } from '../../../harness/scenario/mistake.js';
import { errorOf } from './mistaken';

const SOUND = `name: Two calls
servers:
  lcs: { domain: lab.example, quirks: [lcs2003] }
participants:
  alice: { home: lcs }
  bob: { home: lcs }
  gateway: { role: gateway, at: lcs, numbers: { "+1*": answer } }
profiles:
  plain: { servers: { lcs: { routes: [{ number: "+1*", to: gateway }] } } }
matrix:
  trust: [plain]
  bob: [ringing, engaged]
script:
  - alice: { invite: bob, as: first }
  - bob: { on: first, do: $bob }
  - alice: { cancel: first, after: first is $bob }
expect:
  first:
    - { observed: 486 }
`;

function mistakesIn(text: string): readonly Mistake[] {
  return errorOf(() => loadScenario(text, 's.yaml', '/nowhere')).mistakes;
}

/** The sound scenario with one piece of it replaced. */
function spoilt(written: string, instead: string): string {
  if (!SOUND.includes(written)) throw new Error(`"${written}" is not there to be replaced`);
  return SOUND.replace(written, instead);
}

test('the scenario that the others spoil is sound', () => {
  expect(loadScenario(SOUND, 's.yaml', '/nowhere').cases).toHaveLength(2);
});

const TABLE: [written: string, instead: string, place: string, message: RegExp][] = [
  // shape
  ['name: Two calls\n', '', '1:1', /^missing key "name" \(text\)/],
  ['name: Two calls', 'name: 7', '1:7', /^expected text, found 7; put it in quotes/],
  ['participants:', 'particpants:', '4:1', /^unknown key "particpants"; did you mean "participants"\?/],
  ['domain: lab.example', 'domian: lab.example', '3:10', /^unknown key "domian"; did you mean "domain"\?/],
  ['lcs2003', 'lcs2004', '3:40', /^expected lcs2003, found "lcs2004"; did you mean "lcs2003"\?/],
  ['  alice: { home', '  4lice: { home', '5:3', /^expected a name: .*, found "4lice"/],
  ['role: gateway', 'role: gatway', '7:20', /^expected client or gateway, found "gatway"; did you mean "gateway"\?/],
  ['"+1*": answer', '+15550100: answer', '7:49', /^expected a key that is text; put it in quotes: "\+15550100"/],
  ['"+1*": answer', '"+1*": anser', '7:56', /found "anser"; did you mean "answer"\?/],
  ['[{ number: "+1*", to', '[{ nummer: "+1*", to', '9:41', /^unknown key "nummer"; did you mean "number"\?/],
  ['trust: [plain]', 'trust: plain', '11:10', /^expected a list of values, found "plain"/],
  ['[ringing, engaged]', '[]', '12:8', /^expected at least one value, found an empty list/],
  ['invite: bob', 'invit: bob', '14:14', /^unknown key "invit"; did you mean "invite"\?/],
  ['invite: bob', 'say: bob', '14:5', /^expected one of the keys invite, message, cancel, hangUp, on/],
  ['{ on: first, do: $bob }', 'ring', '15:10', /^expected one of the keys invite, .*, found "ring"/],
  [
    '{ invite: bob, as: first }',
    '{ invite: bob, as: first }\n    bob: { on: first, do: ring }',
    '14:5',
    /^expected one participant and what it does/,
  ],
  ['observed: 486', 'observed: busy', '19:19', /^expected a response code from 200 to 699, ringing, pending, or a list/],
  ['observed: 486', 'observed: 100', '19:19', /^expected a response code from 200 to 699/],
  ['observed: 486', 'observed: [486, "487"]', '19:25', /^expected a response code from 200 to 699/],
  ['  first:\n    - { observed: 486 }', '  first: 486', '18:10', /^expected a list of rows, found 486/],
  ['matrix:', 'links: { lcs-bob: { loss: 5 } }\nmatrix:', '10:27', /^expected a share such as 5% or 0\.5%, found 5/],
  ['matrix:', 'links: { lcs-bob: { lost: 5% } }\nmatrix:', '10:21', /^unknown key "lost"; did you mean "loss"\?/],
  ['matrix:', 'links: { lcs-bob: { delay: 2T1 } }\nmatrix:', '10:28', /^expected a time such as 20ms or 2s, found "2T1"/],
  ['matrix:', 'links: { lcs-bob: { loss: $bob } }\nmatrix:', '10:27', /^expected a share such as 5%.*, found "ringing"/],
  ['matrix:', 'links: { lcs-bob: { reorder: 5% } }\nmatrix:', '10:30', /^reorder needs `delay` or `reorderBy`/],
  ['matrix:', 'links: { lcs-bbo: {} }\nmatrix:', '10:10', /^"bbo" is no participant or server; did you mean "bob"\?/],
  ['matrix:', 'links: { lcs-lcs: {} }\nmatrix:', '10:10', /^expected two of .* with - between them, found "lcs-lcs"/],
  ['matrix:', 'links: { lcs: {} }\nmatrix:', '10:10', /^expected two of/],
  ['script:', 'horizon: soon\nscript:', '13:10', /^expected a time such as 500ms, 2s or 64T1, found "soon"/],
  ['as: first }', 'as: first, after: first is ringing }', '14:45', /^first begins with this step, which would wait for itself/],
  ['as: first }', 'as: first, wait: 5 min }', '14:44', /^expected a time such as/],
  // names
  ['alice: { home: lcs }', 'alice: { home: lsc }', '5:18', /^"lsc" is no server; did you mean "lcs"\?/],
  ['alice: { home: lcs }', 'alice: { home: lcs/phone }', '5:22', /^"phone" is no listener of lcs; there is default/],
  ['alice: { home: lcs }', 'alice: { home: lcs, at: lcs }', '5:23', /either `home` .* or `at`/],
  ['alice: { home: lcs }', 'alice: {}', '5:3', /^missing key: expected `home`/],
  ['alice: { home: lcs }', 'alice: { at: lcs, account: true }', '5:30', /^an account needs a `home`/],
  ['alice: { home: lcs }', 'lcs: { home: lcs }', '3:3', /^"lcs" is the name of a participant too/],
  ['gateway, at: lcs', 'gateway, home: lcs', '7:29', /^a gateway does not register/],
  ['  bob: { home: lcs }', '  bob: { home: lcs, numbers: {} }', '6:21', /^only a gateway has numbers/],
  ['"+1*": answer', '"abc": answer', '7:49', /^expected a number, or the beginning of numbers and \*, found "abc"/],
  ['to: gateway', 'to: gatway', '9:60', /^"gatway" is no gateway or other server; did you mean "gateway"\?/],
  ['to: gateway', 'to: alice', '9:60', /^"alice" is no gateway or other server/],
  ['to: gateway', 'to: gateway, from: phone', '9:75', /^"phone" is no listener of lcs/],
  ['routes: [', 'hosts: [{ address: gatewy/24 }], routes: [', '9:49', /^"gatewy" is no participant or server; did you mean "gateway"\?/],
  ['routes: [', 'hosts: [{ address: 10.0.0.0/33 }], routes: [', '9:49', /^expected an IP address, a CIDR block/],
  [
    'plain: { servers: { lcs',
    'plain: { servers: { edge: {}, lcs',
    '9:23',
    /^the scenario has no server "edge", so the profile must give it a domain/,
  ],
  [
    'plain: { servers',
    'plain: { participants: { bbo: { at: lcs } }, servers',
    '9:28',
    /^"bbo" is no participant of the scenario; did you mean "bob"\?/,
  ],
  ['trust: [plain]', 'trust: [plan]', '11:11', /^"plan" is no trust profile; did you mean "plain"\?/],
  ['trust: [plain]', 'trust: [plain]\n  exclude: [{ bbo: ringing }]', '12:15', /^"bbo" is no axis of the matrix; did you mean "bob"\?/],
  [
    'trust: [plain]',
    'trust: [plain]\n  exclude: [{ bob: rining }]',
    '12:20',
    /^the axis "bob" has no value rining; did you mean "ringing"\?/,
  ],
  ['trust: [plain]', 'trust: [plain]\n  exclude: [{ trust: plain }]', '10:1', /^every case is excluded/],
  ['trust: [plain]', 'trust: [plain]\n  include: [{ bob: idle }]', '12:13', /^expected a value for every axis; trust is missing/],
  ['[ringing, engaged]', '[ringing, ringing]', '12:18', /^the axis "bob" has the value ringing twice/],
  ['[ringing, engaged]', '["a,b"]', '12:9', /^expected a value without , \[ \] =/],
  ['- alice: { invite', '- alcie: { invite', '14:5', /^"alcie" is no participant; did you mean "alice"\?/],
  ['invite: bob', 'invite: bbo', '14:22', /^"bbo" is no participant; did you mean "bob"\?/],
  ['invite: bob', 'invite: gateway', '14:22', /^gateway is a gateway; expected a number/],
  ['invite: bob', 'invite: bob, action: vocie', '14:35', /found "vocie"; did you mean "voice"\?/],
  ['invite: bob', 'invite: bob, at: lcs/phone', '14:35', /^"phone" is no listener of lcs/],
  ['on: first', 'on: frist', '15:16', /^"frist" is no attempt of the script; did you mean "first"\?/],
  ['do: $bob', 'do: $bbo', '15:27', /^"\$bbo" names no axis of the matrix; did you mean "bob"\?/],
  ['[ringing, engaged]', '[ringing, dancing]', '15:27', /^expected ring, answer, .*, found "dancing"/],
  ['- alice: { cancel', '- bob: { cancel', '16:20', /^only alice, who makes it, can cancel first/],
  ['first is $bob', 'frist is $bob', '16:36', /^"frist" is no attempt of the script/],
  ['first is $bob', 'first is rining', '16:45', /^"rining" is no state of an attempt; did you mean "ringing"\?/],
  ['first is $bob', 'first rings', '16:36', /^expected an attempt and its state/],
  ['script:', 'script:\n  - bob: { invite: alice, as: first }', '15:31', /^two attempts have the name "first"/],
  ['  first:\n', '  frist:\n', '18:3', /^"frist" is no attempt of the script; did you mean "first"\?/],
  ['observed: 486', 'observed: pending', '19:19', /^pending needs `loss: { kind, hop }` beside it/],
  ['observed: 486', 'observed: pending, loss: { kind: swallowed }', '19:28', /^missing key "hop"/],
  [
    'observed: 486',
    'observed: pending, loss: { kind: swallowed, hop: lsc }',
    '19:58',
    /^"lsc" is no server or participant; did you mean "lcs"\?/,
  ],
  ['observed: 486', 'observed: 486, reached: [bbo]', '19:34', /^"bbo" is no participant; did you mean "bob"\?/],
  ['observed: 486', 'bob: ringing, observed: 486', '18:3', /^no row matches trust=plain, bob=engaged/],
  [
    '{ observed: 486 }',
    '{ observed: 486 }\n    - { bob: engaged, observed: 480 }',
    '20:7',
    /^this row says nothing: the rows above it match first/,
  ],
  [
    '{ observed: 486 }\n',
    '{ bob: [ringing], observed: 486 }\n    - { bob: [ringing], observed: 486 }\n    - { observed: 486 }\n',
    '20:7',
    /^this row says nothing: the rows above it match first/,
  ],
  ['observed: 486', 'bob: rining, observed: 486', '19:14', /^the axis "bob" has no value rining; did you mean "ringing"\?/],
  ['observed: 486', 'bbo: ringing, observed: 486', '19:9', /^"bbo" is no axis of the matrix; did you mean "bob"\?/],
  ['observed: 486', 'observd: 486', '19:9', /^missing key "observed" \(a response code .*\); is it "observd"\?/],
];

test.each(TABLE)('%j written as %j: told at %s', (written, instead, place, message) => {
  const found = mistakesIn(spoilt(written, instead));
  expect(found.map(({ line, column, message: told }) => ({ place: `${line}:${column}`, told }))).toContainEqual({
    place,
    told: expect.stringMatching(message),
  });
});

test('a row whose values are misspelt is told of once, and a row without a case by why it has none', () => {
  expect(mistakesIn(spoilt('observed: 486', 'bob: rining, observed: 486'))).toHaveLength(1);
  const excluding = spoilt('[ringing, engaged]', '[ringing, engaged]\n  exclude: [{ bob: [engaged] }]');
  const found = mistakesIn(excluding.replace('{ observed: 486 }', '{ bob: [engaged], observed: 480 }\n    - { observed: 486 }'));
  expect(found.map(({ message }) => message)).toEqual(['this row says nothing: no case has all of these values']);
});

test('shows the line with a caret under the place, and names file, line and column', () => {
  const { message, code } = errorOf(() => loadScenario(spoilt('on: first', 'on: frist'), 's.yaml', '/nowhere'));
  expect(code).toBe('scenario');
  expect(message).toBe(
    [
      's.yaml:15:16: "frist" is no attempt of the script; did you mean "first"?',
      '  15 |   - bob: { on: frist, do: $bob }',
      '     |                ^^^^^',
    ].join('\n'),
  );
});

test('tells all mistakes at once, from the top down', () => {
  const text = spoilt('alice: { home: lcs }', 'alice: { home: lsc }')
    .replace('on: first', 'on: frist')
    .replace('observed: 486', 'observed: pending')
    .replace('to: gateway', 'to: gatway');
  expect(mistakesIn(text).map(({ line }) => line)).toEqual([5, 9, 15, 19]);
});

test('tells a mistake that is in every case once', () => {
  expect(mistakesIn(spoilt('on: first', 'on: frist'))).toHaveLength(1);
});

test('stops telling where nobody reads on', () => {
  const steps = Array.from({ length: 30 }, () => '  - eve: { cancel: first }').join('\n');
  const { message, mistakes } = errorOf(() => loadScenario(spoilt('script:', `script:\n${steps}`), 's.yaml', '/nowhere'));
  expect(mistakes.length).toBeGreaterThan(30);
  expect(message).toMatch(/\nand (1 more mistake|\d+ more mistakes)$/);
});

test('shows a mistake in a scenario defined in code where it is written', () => {
  const definition = { name: 'x', servers: {}, participants: {}, script: [{ alice: { cancel: 'first' } }], expect: {} };
  const { message, mistakes } = errorOf(() => loadScenario(definition, 'in code', '/nowhere'));
  expect(message).toContain('mistakes.test.ts');
  expect(mistakes[0]).toMatchObject({ message: '"alice" is no participant; there is none' });
  expect(mistakes[0]?.excerpt).toMatch(/const definition = .*alice.*\n.*\^{5}$/);
});

test.each([
  ['', /^s\.yaml: the file is empty/],
  ['# nothing\n', /^s\.yaml: the file is empty/],
  ['- a\n- b\n', /^s\.yaml:1:1: expected keys and values, found a list/],
  ['name: [\n', /^s\.yaml:1:7: expected a ] that closes this \[/],
  ['name: x\nname: y\n', /^s\.yaml:2:1: expected each key once/],
  ['name: x\n---\nname: y\n', /^s\.yaml:2:1: expected one document; the --- begins a second one/],
  ['name: *nobody\n', /^s\.yaml:1:7: .*there is no &nobody/],
])('tells what is wrong with the YAML of %j', (text, message) => {
  expect(errorOf(() => loadScenario(text, 's.yaml', '/nowhere')).message).toMatch(message);
});

test('refuses aliases that multiply', () => {
  const levels = Array.from(
    { length: 12 },
    (_, level) =>
      `a${level}: &a${level} [${
        level === 0
          ? 'x'
          : Array(9)
              .fill(`*a${level - 1}`)
              .join(', ')
      }]`,
  );
  expect(mistakesIn(`${levels.join('\n')}\n`)[0]?.message).toMatch(/aliases/);
});

test('refuses what is nested too deeply, and a matrix too large to run', () => {
  expect(mistakesIn(`name: ${'['.repeat(50_000)}`)[0]?.message).toBeDefined();
  const axes = Array.from({ length: 5 }, (_, axis) => `  a${axis}: [${Array.from({ length: 10 }, (_value, value) => value).join(', ')}]`);
  expect(mistakesIn(spoilt('matrix:', `matrix:\n${axes.join('\n')}`))[0]?.message).toMatch(/^200000 cases; at most 10000 are run/);
});

test('names that objects have by birth are no names of a scenario', () => {
  expect(mistakesIn(spoilt('invite: bob', 'invite: constructor'))[0]?.message).toMatch(/^"constructor" is no participant/);
  expect(mistakesIn(spoilt('do: $bob', 'do: $constructor'))[0]?.message).toMatch(/^"\$constructor" names no axis/);
  expect(mistakesIn(spoilt('trust: [plain]', 'trust: [constructor]'))[0]?.message).toMatch(/^"constructor" is no trust profile/);
});

describe('files', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'busyhere-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (name: string, text: string): void => {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  const load = (...paths: string[]): string => errorOf(() => loadScenarios(paths, folder)).message;

  test('that are not there, and folders without scenarios', () => {
    write('empty/readme.txt', '');
    expect(load('nowhere.yaml')).toBe('nowhere.yaml: no such file or folder');
    expect(load('empty')).toMatch(/^empty: no scenarios in this folder/);
  });

  test('that are too large', () => {
    write('s.yaml', `# ${'x'.repeat(1024 * 1024)}`);
    expect(load('s.yaml')).toMatch(/^s\.yaml: is \d+ octets large; at most 1048576 are read/);
  });

  test('of profiles: missing, a directory, with mistakes of their own, told once for all that use them', () => {
    const using = (file: string): string =>
      spoilt('profiles:\n  plain: { servers: { lcs: { routes: [{ number: "+1*", to: gateway }] } } }', `profiles: ${file}`);
    write('s.yaml', using('none.yaml'));
    expect(load('s.yaml')).toMatch(/^s\.yaml:8:11: profiles file none\.yaml: no such file\n {3}8 \| profiles: none\.yaml/);
    write('s.yaml', using('.'));
    expect(load('s.yaml')).toMatch(/is a directory; a file was expected/);
    write('profiles/p.yaml', 'plain:\n  servers: { lcs: { hots: [] } }\n');
    write('a.yaml', using('profiles/p.yaml'));
    write('b.yaml', using('profiles/p.yaml'));
    expect(load('a.yaml', 'b.yaml')).toMatch(/^profiles\/p\.yaml:2:21: unknown key "hots"; did you mean "hosts"\?\n[^\n]*\n[^\n]*$/);
    write('profiles/p.yaml', 'plain:\n  servers: { lcs: { hosts: [{ address: gatewy }] } }\n');
    expect(load('a.yaml')).toMatch(/^profiles\/p\.yaml:2:40: "gatewy" is no participant or server/);
  });

  test('whose ids are the same', () => {
    write('s.yaml', SOUND);
    write('s.yml', SOUND);
    expect(load('s.yaml', 's.yml')).toBe('s.yml: has the same id as s.yaml: s');
  });

  test('of several kinds in one reading: all their mistakes are told', () => {
    write('all/a.yaml', spoilt('on: first', 'on: frist'));
    write('all/b.yaml', '');
    write('all/c.scenario.cjs', 'throw new Error("not today")');
    const message = load('all');
    expect(message).toContain('all/a.yaml:15:16: ');
    expect(message).toContain('all/b.yaml: the file is empty');
    expect(message).toContain('all/c.scenario.cjs:1:1: cannot be loaded: not today\n   1 | throw new Error("not today")');
  });
});
