import { writeFileSync } from 'node:fs';
import type { Outcome } from './behaviour.js';
import { versionOf } from './command.js';
import { embeddedTarget } from './embedded-target.js';
import { BEHAVIOURS } from './registry.js';
import { makeReport } from './report.js';
import { runSuite } from './run.js';
import { realTarget } from './target.js';

const SUITE_LIMIT = 180_000; // ms

/** One run of the suite for all tests of this file: against the server that the environment names, else the embedded one. */
describe('a drachtio-compatible server', () => {
  const outcomes = new Map<string, Outcome>();

  beforeAll(async () => {
    const real = realTarget(process.env);
    const target = real?.target ?? (await embeddedTarget());
    const startedAt = new Date();
    const version = await versionOf(target);
    const found = await runSuite({
      behaviours: BEHAVIOURS,
      target,
      outbound: real?.outbound,
      ...(real ? {} : { start: embeddedTarget }),
    });
    await target.stop();
    for (const outcome of found) outcomes.set(outcome.id, outcome);
    const file = process.env.DRACHTIO_BEHAVIOUR_JSON;
    if (file) writeFileSync(file, `${JSON.stringify(makeReport(target, version, startedAt, found), null, 2)}\n`);
  }, SUITE_LIMIT);

  it.each(BEHAVIOURS.map(({ id, title }) => ({ id, title })))('$id: $title', ({ id }) => {
    const outcome = outcomes.get(id);
    expect(outcome).toBeDefined();
    // Jest shows the reason. Skipped ones name theirs in the report; on the embedded server none is.
    expect(outcome?.status === 'failed' ? outcome.reason : null).toBeNull();
    if (!process.env.DRACHTIO_ADDRESS) expect(outcome?.status).not.toBe('skipped');
  });
});
