import type { Attempt } from '../../harness/diagnosis/attempt';
import { startDrachtioServer } from '../../harness/drachtio/start-server';
import type { Case } from '../../harness/scenario/case';
import { loadScenarios } from '../../harness/scenario/load';
import type { CaseResult, RunResult } from '../../harness/scenario/result';
import { runSuite } from '../../harness/scenario/run';
import type { RunOptions } from '../../harness/scenario/run-options';
import { sutAt } from '../unit/lab/external-sut';

jest.setTimeout(180_000);

function load(...paths: readonly string[]): Case[] {
  return loadScenarios(paths, process.cwd()).flatMap(({ cases }) => cases);
}

interface Played {
  readonly result: RunResult;
  /** What the datagrams showed of each case's judged attempts. */
  readonly attempts: ReadonlyMap<string, readonly Attempt[]>;
}

async function play(cases: readonly Case[], changes: Partial<RunOptions>): Promise<Played> {
  const attempts = new Map<string, readonly Attempt[]>();
  const options: RunOptions = {
    engine: 'memory',
    sut: 'builtin',
    timers: 'rfc3261',
    seed: 834477,
    workers: 16,
    signal: new AbortController().signal,
    ...changes,
  };
  const result = await runSuite(cases, options, (event) => {
    if (event.type === 'caseFinished')
      attempts.set(
        event.case.id,
        event.evidence.attempts.map(({ attempt }) => attempt),
      );
  });
  return { result, attempts };
}

/** The RFC's timers forgive a busy machine 500 ms; a second's horizon shows enough. */
const B2BUA: Partial<RunOptions> = { engine: 'udp', sut: 'drachtio', horizonMs: 1_000, workers: 64 };

/** What must be the same whatever stands in the servers' places. */
function verdicts({ cases }: RunResult) {
  return cases.map(({ id, status, attempts }: CaseResult) => ({
    id,
    status,
    attempts: attempts.map(({ label, observed, finalAtCallee, finalAtOriginator, reached, loss, shown }) => ({
      label,
      observed,
      finalAtCallee,
      finalAtOriginator,
      reached,
      loss: loss && [loss.kind, loss.hop],
      shown,
    })),
  }));
}

describe('all of KB834477 with B2BUAs in the place of proxies', () => {
  const cases = load('scenarios/kb834477');
  let proxies: Played;
  let b2buas: Played;

  beforeAll(async () => {
    proxies = await play(cases, {});
    b2buas = await play(cases, B2BUA);
  });

  it('has the same verdicts in every case', () => {
    expect(verdicts(b2buas.result)).toEqual(verdicts(proxies.result));
    expect(b2buas.result.summary).toMatchObject({ cases: cases.length, passed: cases.length });
  });

  it('has the same decisions in the journals about what was lost', () => {
    const absorbed = ({ result }: Played): string[][] =>
      result.cases.map(({ journal }) =>
        journal.filter(({ decision }) => decision.startsWith('absorb')).map(({ setting }) => setting.replace(/\d+\.\d+\.\d+\./, '')),
      );
    expect(absorbed(b2buas)).toEqual(absorbed(proxies));
    expect(absorbed(b2buas).flat().length).toBeGreaterThan(20);
  });

  it('joins legs with Call-IDs of their own to one attempt, and says that this was concluded', () => {
    const lost = b2buas.result.cases.flatMap(({ id, attempts }) => attempts.flatMap(({ loss }) => (loss ? [{ id, loss }] : [])));
    expect(lost.length).toBeGreaterThan(20);
    for (const { id, loss } of lost) {
      expect({ id, certainty: loss.certainty }).toEqual({ id, certainty: 'inferred' });
      const legs = b2buas.attempts.get(id)?.find(({ loss: seen }) => seen !== null)?.callIds ?? [];
      expect({ id, legs: new Set(legs).size >= 2 }).toEqual({ id, legs: true });
    }
  });
});

it('passes on every final response but those that the fault loses', async () => {
  const trust = ['gateway-host', 'separate-listener', 'shared-listener', 'dedicated-gateway-server'];
  const cases = load('scenarios/responses').filter((one) => one.trust !== null && trust.includes(one.trust));
  expect(cases.length).toBeGreaterThan(200);
  const [proxies, b2buas] = [await play(cases, {}), await play(cases, B2BUA)];
  expect(verdicts(b2buas.result)).toEqual(verdicts(proxies.result));
});

it('plays on a server that runs already as well, and leaves nothing there', async () => {
  const server = await startDrachtioServer({ secret: 'of-the-server' });
  const cases = load(
    'scenarios/kb834477/second-invitation.yaml',
    'scenarios/kb834477/controls',
    'scenarios/kb834477/two-homes.yaml',
  ).filter(({ trust, variant }) => trust !== 'separate-listener' && (variant.action ?? 'voice') === 'voice' && variant.bob !== 'engaged');
  const { host, port } = server.sip;
  const control = { ...server.control, secret: 'of-the-server' };
  const external = sutAt({ address: host, port }, { horizonMs: 1_000, control });
  const [proxies, b2buas] = [await play(cases, {}), await play(cases, { ...B2BUA, external })];
  expect(verdicts(b2buas.result)).toEqual(verdicts(proxies.result));
  const { applications, connections, entries } = server.counters;
  expect({
    applications,
    connections,
    dialogs: entries.dialogs,
    outgoing: entries.outgoingRequests,
    pending: entries.pendingRequests,
  }).toEqual({
    applications: 0,
    connections: 0,
    dialogs: 0,
    outgoing: 0,
    pending: 0,
  });
  await server.stop();
});
