import { type Behaviour, Skipped } from './behaviour.js';
import { DIFFERENCES } from './differences.js';
import { embeddedTarget } from './embedded-target.js';
import { same } from './expectation.js';
import { BEHAVIOURS } from './registry.js';
import { describeOutcome, describeSummary, makeReport } from './report.js';
import { runSuite } from './run.js';
import { parseEndpoint, realTarget, type Target } from './target.js';

const FAR: Target = {
  kind: 'real',
  control: { address: '192.0.2.1', port: 9022 },
  secret: 'cymru',
  sip: { address: '127.0.0.1', port: 5060 },
  t1: 500,
  stop: () => Promise.resolve(),
};

function behaviour(id: string, run: Behaviour['run'], more: Partial<Behaviour> = {}): Behaviour {
  return { id, title: 'It does', source: 'protocol §1', basis: 'own', run, ...more };
}

describe('the table of behaviours', () => {
  it('has no id twice', () => {
    expect(new Set(BEHAVIOURS.map(({ id }) => id)).size).toBe(BEHAVIOURS.length);
  });

  it.each(BEHAVIOURS.map((entry) => [entry.id, entry] as const))('says all of %s', (_id, { id, title, source }) => {
    expect(id).toMatch(/^[a-z0-9-]+\/[a-z0-9-]+$/);
    expect(title).toMatch(/^\S.*[^.]$/);
    expect(source).toMatch(/^(?:(?:protocol|RFC \d+) §\d|issue \d)/);
  });

  it('knows every behaviour that a difference is about', () => {
    const ids = BEHAVIOURS.map(({ id }) => id);
    expect(DIFFERENCES.filter(({ id }) => !ids.includes(id))).toEqual([]);
  });
});

describe('a run of the suite', () => {
  const run = (entry: Behaviour, target = FAR) => runSuite({ behaviours: [entry], target }).then(([outcome]) => outcome);

  it('passes what resolves, fails what throws, skips what cannot be looked for', async () => {
    expect(await run(behaviour('a/passes', () => Promise.resolve()))).toMatchObject({ status: 'passed', reason: null });
    const fails = behaviour('a/fails', () => Promise.resolve(same(1, 2, 'number')), { basis: 'recorded' });
    expect(await run(fails)).toMatchObject({ status: 'failed', reason: 'number: expected 2, seen 1' });
    const skips = behaviour('a/skips', () => Promise.reject(new Skipped('not here')));
    expect(await run(skips)).toMatchObject({ status: 'skipped', reason: 'not here' });
  });

  it("does not wait for a real server's timers unasked, nor look for the option strict there", async () => {
    const never = () => Promise.reject(new Error('looked for'));
    expect(await run(behaviour('a/slow', never, { slow: true }))).toMatchObject({ status: 'skipped' });
    expect(await run(behaviour('a/strict', never, { strict: true }))).toMatchObject({ status: 'skipped' });
    const own = behaviour('a/own', async (world) => void (await world.ownServer()));
    expect(await run(own)).toMatchObject({ status: 'skipped' });
  });

  it('lets a server differ only where the table says so', async () => {
    const { id, why } = DIFFERENCES.find(({ on, run: other }) => on === 'real' && !other) ?? { id: '', why: '' };
    const fails = () => Promise.resolve(same(1, 2, 'number'));
    expect(await run(behaviour(id, fails))).toMatchObject({ status: 'differs', reason: `${why} (number: expected 2, seen 1)` });
    expect(await run(behaviour(id, () => Promise.resolve()))).toMatchObject({ status: 'passed' });
    expect(await run(behaviour(id, fails), { ...FAR, kind: 'embedded' })).toMatchObject({ status: 'failed' });
  });

  it("takes what only this project asks for as a real server's own way", async () => {
    const fails = () => Promise.resolve(same(1, 2, 'number'));
    for (const basis of ['recorded', 'read'] as const) {
      expect(await run(behaviour('a/known', fails, { basis }))).toMatchObject({ status: 'failed' });
    }
    expect(await run(behaviour('a/own', fails))).toMatchObject({ status: 'differs', reason: expect.stringContaining('not known') });
    expect(await run(behaviour('a/own', fails), { ...FAR, kind: 'embedded' })).toMatchObject({ status: 'failed' });
  });

  it('fails a behaviour after which something is left over', async () => {
    const target = await embeddedTarget();
    const unheard = behaviour('a/unheard', async (world) => {
      const [alice, bob] = await world.peers('alice', 'bob');
      alice.request('MESSAGE', { to: bob.address });
      alice.request('MESSAGE');
    });
    const outcome = await run(unheard, target);
    await target.stop();
    expect(outcome?.status).toBe('failed');
    expect(outcome?.reason).toMatch(/unexpected: SIP\/2\.0 503 Service Unavailable at alice/);
    expect(outcome?.reason).toMatch(/unexpected: MESSAGE \S+ SIP\/2\.0 at bob/);
  });
});

describe('the report', () => {
  const outcome = { id: 'a/b', title: 'It does', source: 'protocol §1', basis: 'own' as const, ms: 12 };
  const outcomes = [
    { ...outcome, status: 'passed' as const, reason: null },
    { ...outcome, id: 'a/c', status: 'failed' as const, reason: 'one\ntwo' },
  ];

  it('is a document for programs', () => {
    const report = makeReport(FAR, 'v0.9.10', new Date(0), outcomes);
    expect(JSON.parse(JSON.stringify(report))).toEqual({
      schemaVersion: 1,
      server: { kind: 'real', version: 'v0.9.10', sip: 'udp/127.0.0.1:5060', control: '192.0.2.1:9022' },
      startedAt: '1970-01-01T00:00:00.000Z',
      durationMs: expect.any(Number),
      summary: { behaviours: 2, passed: 1, failed: 1, differs: 0, skipped: 0 },
      behaviours: outcomes,
    });
    expect(describeSummary(report)).toMatch(
      /^real server v0\.9\.10 at udp\/127\.0\.0\.1:5060: 1 passed, 1 failed, 0 differ, 0 skipped, in /,
    );
  });

  it('is lines for people', () => {
    const [passed, failed] = outcomes.map(describeOutcome);
    expect(passed).toBe('ok       a/b  It does (protocol §1; 12 ms)');
    expect(failed).toBe('FAILED   a/c  It does (protocol §1; 12 ms)\n           one\n           two');
  });
});

describe('the environment', () => {
  it('names a real server, or none', () => {
    expect(realTarget({})).toBeUndefined();
    const named = realTarget({ DRACHTIO_ADDRESS: '10.0.0.1:9022', DRACHTIO_SECRET: 'x', DRACHTIO_SIP: '10.0.0.1:5060' });
    expect(named).toMatchObject({ target: { kind: 'real', secret: 'x', sip: { address: '10.0.0.1', port: 5060 } }, outbound: undefined });
    expect(() => realTarget({ DRACHTIO_ADDRESS: '10.0.0.1:9022' })).toThrow(/go together/);
    expect(() => parseEndpoint('10.0.0.1', 'DRACHTIO_SIP')).toThrow(/DRACHTIO_SIP has to be host:port/);
  });
});
