import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020';
import { runCommandLine } from '../../harness/cli/command-line.js';
import { diagnosisJsonSchema } from '../../harness/report/diagnosis/diagnosis-schema.js';
import { closedSchema, type SchemaNode } from '../unit/scenario/closed-schema';
import { FakeHost } from './fake-host.js';

const PROVIDED = join(__dirname, '../fixtures/captures/provided');
const captures = readdirSync(PROVIDED).filter((name) => /\.pcap/.test(name));
const schema = diagnosisJsonSchema() as SchemaNode;
const closed = new Ajv({ strict: true }).compile(closedSchema(schema));
const open = new Ajv({ strict: true }).compile(schema);

async function diagnosed(name: string): Promise<{ attempts: unknown[] }> {
  const host = new FakeHost(process.cwd());
  await runCommandLine(['diagnose', join(PROVIDED, name), '--json'], host);
  return JSON.parse(host.stdout.text);
}

test('what is written about every capture at hand is as the schema says, without a key more', async () => {
  expect(captures.length).toBeGreaterThan(10);
  for (const name of captures) {
    closed(await diagnosed(name));
    expect({ name, errors: closed.errors }).toEqual({ name, errors: null });
  }
});

test('a later version of the same number may say more, and one of another number is another', async () => {
  const written = await diagnosed(captures[0] ?? '');
  expect(open({ ...written, news: true })).toBe(true);
  expect(closed({ ...written, news: true })).toBe(false);
  expect(open({ ...written, schemaVersion: 2 })).toBe(false);
  expect(open({ ...written, attempts: [{}] })).toBe(false);
});
