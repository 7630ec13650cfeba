import { type Allowance, covers, forbiddenUses, systemUses } from './ports';
import { readSources, sourceFile } from './source';

const harness = readSources('harness');

/** Who may ask the machine itself for time, chance, sockets or the process. Everybody else is handed ports. */
const ALLOWANCES: readonly Allowance[] = [
  { path: 'harness/platform/', ports: ['timer', 'time', 'random', 'socket'], reason: 'the adapters of the ports themselves' },
  {
    path: 'harness/lab/entry.ts',
    ports: ['process', 'random'],
    reason: 'the main of the containers: argv, signals, exit codes, its token',
  },
  {
    path: 'harness/lab/docker/run-identity.ts',
    ports: ['process', 'random'],
    reason: 'names and secrets that no seed may repeat, and whose process made them',
  },
  {
    path: 'harness/endpoint/program/',
    ports: ['process', 'socket'],
    reason: 'child processes: the search for them, and a free port for each',
  },
  { path: 'harness/endpoint/baresip/', ports: ['socket'], reason: 'the TCP channel on which baresip is told what to do' },
  { path: 'harness/endpoint/sipp/', ports: ['socket'], reason: 'the TCP channel on which sipp is told what to do' },
  { path: 'harness/cli/', ports: 'all', reason: 'the main of the command: argv, streams, signals, exit codes' },
];

describe('the ports', () => {
  it('are the only way to time, randomness, sockets and the process', () => {
    expect(harness.flatMap((file) => forbiddenUses(file, ALLOWANCES))).toEqual([]);
  });

  it('have no allowance that nobody needs', () => {
    const needed = ({ path }: Allowance): boolean => harness.some((file) => covers(path, file.path) && systemUses(file).length > 0);
    expect(ALLOWANCES.filter((allowance) => !needed(allowance))).toEqual([]);
  });

  it.each([
    'setTimeout(f, 1);',
    'const wait = setInterval;',
    'setImmediate(f);',
    'const t = Date.now();',
    'const d = new Date();',
    'const d = Date();',
    'const r = Math.random();',
    'const n = performance.now();',
    'process.exit(1);',
    'const { env } = process;',
    'f(process);',
    'globalThis.setTimeout(f, 1);',
    'AbortSignal.timeout(5);',
    'const id = crypto.randomUUID();',
    "import { randomUUID } from 'node:crypto';",
    "import * as c from 'node:crypto'; c.randomBytes(4);",
    "import { createSocket } from 'node:dgram';",
    "import { createServer } from 'node:net';",
    "import { isIP, connect } from 'node:net';",
    "import { setTimeout as wait } from 'node:timers/promises';",
    "import { spawn } from 'node:child_process';",
    "import { performance as p } from 'node:perf_hooks';",
    "const dgram = await import('node:dgram');",
    "const dgram = require('dgram');",
    "export { createSocket } from 'node:dgram';",
  ])('see %s', (text) => {
    expect(forbiddenUses(sourceFile('harness/sip/via.ts', text), ALLOWANCES)).not.toEqual([]);
    expect(forbiddenUses(sourceFile('harness/cli/main.ts', text), ALLOWANCES)).toEqual([]);
  });

  it.each([
    'clock.setTimeout(f);',
    'const d = new Date(clock.wallTime());',
    'const d = Date.UTC(2004, 0, 1);',
    'interface A { process: string; setTimeout(): void }',
    'const a = { process: 1 };',
    'class A { process(): void {} }',
    'function f(process: string): void {}',
    '// setTimeout(f, 1)',
    "const text = 'process.exit(1)';",
    "import { createHash } from 'node:crypto';",
    "import type { Socket } from 'node:dgram';",
    "import { isIP } from 'node:net';",
    'type T = NodeJS.process;',
  ])('let pass %s', (text) => {
    expect(forbiddenUses(sourceFile('harness/sip/via.ts', text), ALLOWANCES)).toEqual([]);
  });
});
