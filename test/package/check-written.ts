import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020';
import { formatSocketAddress } from '../../harness/platform/socket-address.js';
import { BUSY_SCENARIO } from '../interop/external';
import { Program } from '../interop/programs';
import { ownAddresses } from '../interop/sipp';
import { closedSchema, type SchemaNode } from '../unit/scenario/closed-schema';

const FAULTY = { name: 'default', treatAllConnectionsAsTrusted: true, treatAllConnectionsAsServer: true };
const SUT = {
  domain: 'lab.example',
  accounts: ['alice', 'bob', 'carol'].map((user) => ({ user, password: 'secret' })),
  trust: { listeners: [FAULTY], hosts: [], quirks: ['lcs2003'] },
};

/** So that no busy machine is taken for late. */
const PATIENT = ['--timers', 'rfc3261', '--horizon', '2s'];

/** Has the installed command write every kind of results and diagnosis, and holds each against the schema that is installed with it. */
export async function checkWritten(folder: string): Promise<void> {
  writeFileSync(join(folder, 'busy.yaml'), BUSY_SCENARIO);
  writeFileSync(join(folder, 'wrong.yaml'), BUSY_SCENARIO.replace('observed: 486', 'observed: 600'));
  const bundled = join(folder, 'node_modules', 'busyhere', 'scenarios', 'kb834477');

  const chosen = [bundled, '-g', '(second-invitation\\[trust=shared-listener,action=voice|cancel\\[trust=shared-listener)'];
  for (const engine of ['memory', 'udp']) {
    const on = ['--engine', engine, ...(engine === 'udp' ? PATIENT : [])];
    const passed = results(folder, 0, [...chosen, ...on, '--pcap', 'on', '--output', `captures-${engine}`]);
    expect(passed.cases.flatMap(({ attempts }) => attempts).filter(({ loss }) => loss !== null).length).toBeGreaterThan(1);
    results(folder, 1, ['wrong.yaml', ...on]);
    checkDiagnosis(folder, `captures-${engine}`);
  }
  results(folder, 1, ['wrong.yaml', '--engine', 'memory', '--bail=1', '-j', '1']);
  if (process.platform === 'linux') await checkExternal(folder); // ownAddresses needs 127.0.0.0/8
}

interface Written {
  readonly cases: readonly { readonly status: string; readonly attempts: readonly { readonly loss: unknown }[] }[];
}

function results(folder: string, code: number, args: readonly string[]): Written {
  const bin = join(folder, 'node_modules', '.bin', 'busyhere');
  const ended = spawnSync(bin, ['run', ...args, '--seed', '1', '--reporter', 'json=written.json'], { cwd: folder, encoding: 'utf8' });
  expect({ args, code: ended.status, stderr: ended.stderr }).toEqual({ args, code, stderr: '' });
  return check(folder, 'result-schema.json', readFileSync(join(folder, 'written.json'), 'utf8')) as Written;
}

function checkDiagnosis(folder: string, captures: string): void {
  const bin = join(folder, 'node_modules', '.bin', 'busyhere');
  const files = readdirSync(join(folder, captures), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.pcapng'));
  expect(files.length).toBeGreaterThan(1);
  for (const file of files) {
    const { stdout } = spawnSync(bin, ['diagnose', join(captures, file), '--json'], { cwd: folder, encoding: 'utf8' });
    expect(check(folder, 'diagnosis-schema.json', stdout)).toMatchObject({ schemaVersion: 1, captures: [{ problem: null }] });
  }
}

async function checkExternal(folder: string): Promise<void> {
  const { lcs } = ownAddresses('lcs');
  const options = JSON.stringify({ ...SUT, listeners: [{ name: 'default', address: lcs }] });
  const compiled = join(folder, 'node_modules', 'busyhere', 'dist', 'cjs');
  const program = join(__dirname, '..', 'interop', 'own-proxy.cjs');
  const proxy = new Program(process.execPath, [program, compiled, options], { cwd: folder, boundMs: 60_000 });
  try {
    await proxy.said(/ready/);
    writeFileSync(
      join(folder, 'proxy.yaml'),
      `address: sip:${formatSocketAddress(lcs)}\naccounts: { "*": { user: $name, password: secret } }\n`,
    );
    const { cases } = results(folder, 1, ['busy.yaml', '--sut', 'external', '--sut-config', 'proxy.yaml', ...PATIENT]);
    expect(cases.map(({ status }) => status)).toEqual(['failed', 'failed']);
  } finally {
    await proxy.stop();
  }
}

function check(folder: string, schema: string, text: string): unknown {
  const shipped = JSON.parse(readFileSync(join(folder, 'node_modules', 'busyhere', 'dist', schema), 'utf8')) as SchemaNode;
  const validate = new Ajv({ strict: true, allowUnionTypes: true, formats: { 'date-time': isDateTime } }).compile(closedSchema(shipped));
  const written: unknown = JSON.parse(text);
  validate(written);
  expect(validate.errors).toBeNull();
  return written;
}

function isDateTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text);
}
