import { eagerHeavyImports, forbiddenArrows, loadingCycles, ROOMS, roomOf, unreachable } from './rooms';
import { importsOf, readSources, sourceFile } from './source';

const harness = readSources('harness');

/** What starts on its own: the package's entries, the command, the containers' main, and what the build script calls. */
const ENTRIES = [
  'harness/index.ts',
  'harness/drachtio/index.ts',
  'harness/jest/index.ts',
  'harness/testcontainers/index.ts',
  'harness/cli/main.ts',
  'harness/lab/entry.ts',
  'harness/scenario/json-schema.ts',
  'harness/report/diagnosis/diagnosis-schema.ts',
];

describe('the arrows of the house', () => {
  it('has sources to look at', () => {
    expect(harness.length).toBeGreaterThan(8);
  });

  it('has no room but the declared ones', () => {
    const rooms = new Set(harness.map((file) => roomOf(file.path)));
    rooms.delete('index');
    expect([...rooms].filter((room) => !(ROOMS as readonly (string | undefined)[]).includes(room))).toEqual([]);
  });

  it('lets a room import only rooms further down', () => {
    expect(harness.flatMap(forbiddenArrows)).toEqual([]);
  });

  it('loads heavy libraries only where they are needed', () => {
    expect(harness.flatMap(eagerHeavyImports)).toEqual([]);
  });

  it('has no file that nothing leads to', () => {
    expect(unreachable(harness, ENTRIES)).toEqual([]);
  });

  it('has no ring of files that need each other while loading', () => {
    expect(loadingCycles(harness)).toEqual([]);
  });
});

describe('the reading of imports', () => {
  const forms: [text: string, kind: string][] = [
    ["import { a } from '../cli/main.js';", 'static'],
    ["import '../cli/main.js';", 'static'],
    ["import { type A, b } from '../cli/main.js';", 'static'],
    ["import type { A } from '../cli/main.js';", 'type'],
    ["import { type A } from '../cli/main.js';", 'type'],
    ["type A = import('../cli/main.js').A;", 'type'],
    ["export { a } from '../cli/main.js';", 'static'],
    ["export * from '../cli/main.js';", 'static'],
    ["export type { A } from '../cli/main.js';", 'type'],
    ["const a = await import('../cli/main.js');", 'dynamic'],
    ['const a = () => { if (b) return import(`../cli/main.js`); };', 'dynamic'],
    ["const a = require('../cli/main.js');", 'require'],
    ["const a = require.resolve('../cli/main.js');", 'require'],
    ["import a = require('../cli/main.js');", 'require'],
  ];

  it.each(forms)('sees %s and refuses it upwards', (text, kind) => {
    const file = sourceFile('harness/sip/via.ts', text);
    expect(importsOf(file)).toEqual([{ specifier: '../cli/main.js', kind, line: 1 }]);
    expect(forbiddenArrows(file)).toEqual(['harness/sip/via.ts:1 sip imports cli (harness/cli/main.ts), which is further up']);
  });

  it('does not take text or comments for imports', () => {
    expect(importsOf(sourceFile('harness/sip/via.ts', "// import '../cli/a.js'\nconst a = \"import '../cli/a.js'\";"))).toEqual([]);
  });
});

describe('the judgement', () => {
  const judged = (path: string, specifier: string) => forbiddenArrows(sourceFile(path, `import { a } from '${specifier}';`));

  it.each([
    ['harness/proxy/proxy.ts', '../transaction/layer.js'],
    ['harness/proxy/proxy.ts', './route.js'],
    ['harness/proxy/drachtio/app.ts', '../../trust/judge.js'],
    ['harness/cli/main.ts', '../report/list.js'],
    ['harness/cli/version.ts', '../../package.json'],
    ['harness/index.ts', './cli/main.js'],
    ['harness/sip/digest.ts', 'node:crypto'],
  ])('allows %s -> %s', (path, specifier) => {
    expect(judged(path, specifier)).toEqual([]);
  });

  it.each([
    ['harness/proxy/proxy.ts', '../endpoint/endpoint.js', 'the two must not know each other'],
    ['harness/endpoint/endpoint.ts', '../proxy/proxy.js', 'the two must not know each other'],
    ['harness/endpoint/endpoint.ts', '../drachtio/index.js', 'the two must not know each other'],
    ['harness/diagnosis/diagnose.ts', '../lab/lab.js', 'further up'],
    ['harness/jest/index.ts', '../index.js', 'no room may import that'],
    ['harness/sip/via.ts', '../../test/sip.js', 'out of the harness'],
    ['harness/sip/via.ts', 'busyhere', 'the package itself'],
    ['harness/attic/a.ts', '../sip/via.js', 'no room'],
    ['harness/loose.ts', './sip/via.js', 'no room'],
  ])('refuses %s -> %s', (path, specifier, reason) => {
    expect(judged(path, specifier)).toEqual([expect.stringContaining(reason)]);
  });

  it('refuses an import of something computed', () => {
    expect(forbiddenArrows(sourceFile('harness/sip/a.ts', 'await import(name);'))).toEqual([expect.stringContaining('computed')]);
  });

  it.each(["import Docker from 'dockerode';", "import 'testcontainers/build/x.js';", "const p = require('playwright');"])(
    'refuses %s',
    (text) => {
      expect(eagerHeavyImports(sourceFile('harness/lab/docker.ts', text))).toHaveLength(1);
    },
  );

  it.each(["import type Docker from 'dockerode';", "const { chromium } = await import('playwright');", "import 'ssh2-like';"])(
    'allows %s',
    (text) => {
      expect(eagerHeavyImports(sourceFile('harness/lab/docker.ts', text))).toEqual([]);
    },
  );

  it('finds what nothing leads to, and rings', () => {
    const files = [
      sourceFile('harness/index.ts', "export { a } from './sip/a.js';"),
      sourceFile('harness/sip/a.ts', "import { b } from './b.js';"),
      sourceFile('harness/sip/b.ts', "import { a } from './a.js'; import type { C } from './c.js';"),
      sourceFile('harness/sip/c.ts', "import type { C } from './b.js';"),
      sourceFile('harness/sip/d.ts', "import { a } from './a.js';"),
    ];
    expect(unreachable(files, ['harness/index.ts'])).toEqual(['harness/sip/d.ts']);
    expect(loadingCycles(files)).toEqual(['harness/sip/a.ts -> harness/sip/b.ts -> harness/sip/a.ts']);
  });
});
