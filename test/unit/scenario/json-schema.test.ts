import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020';
import { parse } from 'yaml';
import type { z } from 'zod';
import { defineScenario } from '../../../harness/scenario/define-scenario.js';
import { resultJsonSchema, scenarioJsonSchema } from '../../../harness/scenario/json-schema.js';
import { loadScenarios } from '../../../harness/scenario/load.js';
import { RESULT_SCHEMA_VERSION, type RunResult } from '../../../harness/scenario/result.js';
import type { runResultSchema } from '../../../harness/scenario/result-schema.js';
import { runSuite } from '../../../harness/scenario/run.js';
import { closedSchema, type SchemaNode } from './closed-schema';

const ROOT = join(__dirname, '..', '..', '..');
const schema = scenarioJsonSchema();
const ajv = new Ajv({ strict: false, formats: { 'date-time': true } });

describe('of scenarios', () => {
  const validate = ajv.compile(schema);
  const scenario = defineScenario({
    name: 'Two calls',
    servers: { lcs: { domain: 'lab.example', quirks: ['lcs2003'] } },
    participants: {
      alice: { home: 'lcs' },
      bob: { home: 'lcs' },
      gateway: { role: 'gateway', at: 'lcs', numbers: { '+1*': 'answer', '+15550100': 'reject 603' } },
    },
    profiles: {
      plain: {
        servers: { lcs: { hosts: [{ address: 'gateway', treatAsAuthenticated: true }], routes: [{ number: '+1*', to: 'gateway' }] } },
      },
    },
    matrix: { trust: ['plain'], bob: ['ringing', 'engaged'], exclude: [{ trust: 'plain', bob: ['engaged'] }] },
    script: [{ alice: { invite: 'bob', as: 'first', action: 'voice' } }, { bob: { on: 'first', do: '$bob' } }],
    expect: {
      first: [
        { bob: ['ringing'], observed: 'pending', loss: { kind: 'swallowed', hop: 'lcs' } },
        { observed: [486, 'ringing'], reached: ['bob'] },
      ],
    },
  });

  test('accepts what the types accept', () => {
    expect(validate(scenario)).toBe(true);
  });

  test('accepts every scenario that comes with the package', () => {
    const files = loadScenarios(['scenarios'], ROOT).flatMap(({ file }) => file ?? []);
    expect(files.length).toBeGreaterThan(0);
    for (const file of files)
      expect({ file, valid: validate(parse(readFileSync(join(ROOT, file), 'utf8'))) }).toEqual({ file, valid: true });
  });

  test.each([
    ['an unknown key', { ...scenario, participant: {} }],
    ['a missing key', { ...scenario, name: undefined }],
    ['a bad value', { ...scenario, participants: { alice: { role: 'gatway' } } }],
    ['a step without a verb', { ...scenario, script: [{ alice: { as: 'first' } }] }],
    ['an expectation without an observation', { ...scenario, expect: { first: [{ bob: 'ringing' }] } }],
  ])('refuses %s', (_, spoilt) => {
    expect(validate(JSON.parse(JSON.stringify(spoilt)))).toBe(false);
  });

  test('describes every key, with examples that the schema itself accepts', () => {
    const silent: string[] = [];
    for (const { path, node } of keysOf(schema as SchemaNode, '')) {
      if (node.description === undefined || node.examples === undefined) silent.push(path);
      for (const example of node.examples ?? []) {
        const { examples: _, ...bare } = node;
        expect({ path, example, valid: ajv.validate(bare, example) }).toEqual({ path, example, valid: true });
      }
    }
    expect(silent).toEqual([]);
  });
});

describe('of results', () => {
  const open = ajv.compile(resultJsonSchema());
  const closed = ajv.compile(closedSchema(resultJsonSchema() as SchemaNode));

  test('is that of a run, without a key more or less', async () => {
    const cases = loadScenarios(['scenarios/kb834477/second-invitation.yaml'], ROOT)
      .flatMap((one) => one.cases)
      .filter(({ id }) => /trust=(gateway-host|shared-listener),action=voice,bob=ringing/.test(id));
    const options = {
      engine: 'memory',
      sut: 'builtin',
      timers: 'rfc3261',
      seed: 1,
      workers: 2,
      signal: new AbortController().signal,
    } as const;
    const result: unknown = JSON.parse(JSON.stringify(await runSuite(cases, options, () => {})));
    closed(result);
    expect(closed.errors).toBeNull();
    expect(result).toMatchObject({ schemaVersion: RESULT_SCHEMA_VERSION, summary: { cases: 2, passed: 2 } });
  });

  test('lets later versions say more', async () => {
    const minimal: RunResult = {
      schemaVersion: RESULT_SCHEMA_VERSION,
      tool: { name: 'busyhere', version: '0' },
      engine: 'udp',
      sut: 'builtin',
      timers: 'fast',
      horizonMs: 640,
      seed: 1,
      startedAt: '2026-11-23T10:00:00.000Z',
      durationMs: 0,
      summary: { cases: 0, passed: 0, failed: 0, skipped: 0, inconclusive: 0, interrupted: 0 },
      cases: [],
    };
    // What the schema lets pass, the types know: the compiler sees to it.
    const asRead: z.infer<typeof runResultSchema> = JSON.parse(JSON.stringify(minimal));
    const asTyped: RunResult = asRead;
    expect(open({ ...asTyped, news: true })).toBe(true);
    expect(closed({ ...asTyped, news: true })).toBe(false);
    expect(open({ ...asTyped, schemaVersion: 2 })).toBe(false);
  });
});

/** Every key of a file with its schema; what any name stands for is written *. */
function keysOf(node: SchemaNode, path: string): { path: string; node: SchemaNode }[] {
  const named = Object.entries(node.properties ?? {}).flatMap(([key, value]) => [
    { path: `${path}.${key}`, node: value },
    ...keysOf(value, `${path}.${key}`),
  ]);
  const others = typeof node.additionalProperties === 'object' ? keysOf(node.additionalProperties, `${path}.*`) : [];
  const items = node.items ? keysOf(node.items, `${path}[]`) : [];
  return [...named, ...others, ...items, ...(node.anyOf ?? []).flatMap((option) => keysOf(option, path))];
}
