import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { diagnoseCaptures } from '../../harness/diagnosis/diagnose-captures.js';
import { SeededRandom } from '../../harness/platform/random.js';
import { SystemClock } from '../../harness/platform/system-clock.js';
import { UdpNetwork } from '../../harness/platform/udp-network.js';
import { SipProxy } from '../../harness/proxy/proxy.js';
import { loadScenario } from '../../harness/scenario/load.js';
import type { AttemptResult } from '../../harness/scenario/result.js';
import { runSuite } from '../../harness/scenario/run.js';
import { RFC3261_TIMERS } from '../../harness/transaction/timer-values.js';
import { BUSY_SCENARIO, externalSut } from './external';
import { ownAddresses } from './sipp';

/** Trust settings of the proxy, and what becomes of carol's 486. */
const TRUST = {
  delivered: { name: 'default' },
  lost: { name: 'default', treatAllConnectionsAsTrusted: true, treatAllConnectionsAsServer: true },
} as const;

const onLinux = process.platform === 'linux' ? describe : describe.skip; // ownAddresses needs 127.0.0.0/8

onLinux('a run against a proxy whose sockets nobody watches', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'busyhere-external-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** The proxy that runs already: nothing at its sockets is recorded. */
  async function beside<T>(
    listener: (typeof TRUST)[keyof typeof TRUST],
    work: (sut: ReturnType<typeof externalSut>) => Promise<T>,
  ): Promise<T> {
    const { lcs } = ownAddresses('lcs');
    const proxy = new SipProxy({
      name: 'theirs',
      clock: new SystemClock(),
      random: new SeededRandom(1),
      network: new UdpNetwork(),
      timers: RFC3261_TIMERS,
      domain: 'lab.example',
      trust: { listeners: [listener], hosts: [], quirks: ['lcs2003'] },
      peers: [],
      routes: [],
      accounts: ['alice', 'bob', 'carol'].map((user) => ({ user, password: `${user}-secret` })),
      listeners: [{ name: 'default', address: lcs }],
    });
    await proxy.start();
    return work(externalSut(lcs)).finally(() => proxy.stop());
  }

  const said = ({ finalAtCallee, finalAtOriginator, loss }: AttemptResult) => ({
    finalAtCallee,
    finalAtOriginator,
    kind: loss?.kind ?? null,
    certainty: loss?.certainty ?? null,
  });

  it.each(Object.entries(TRUST))('%s: the diagnosis of its capture says what the run said', async (name, listener) => {
    const { cases, horizonMs } = await beside(listener, (external) => {
      const captures = { mode: 'on', folder } as const;
      const signal = new AbortController().signal;
      const options = {
        engine: 'udp',
        sut: 'external',
        external,
        timers: 'rfc3261',
        horizonMs: 2000,
        seed: 1,
        workers: 2,
        signal,
      } as const;
      return runSuite(loadScenario(BUSY_SCENARIO, 'busy', '.').cases, { ...options, captures }, () => {});
    });
    expect(cases).toHaveLength(2);
    for (const { trace, attempts } of cases) {
      const { attempts: diagnosed } = await diagnoseCaptures([trace ?? ''], { horizonMs, standardInput: Readable.from([]) });
      for (const attempt of attempts) {
        const seen = diagnosed.find(({ from }) => from === attempt.originator);
        const hop = seen?.loss?.hop ?? null;
        expect(seen && { ...said(attempt), kind: seen.loss?.kind ?? null, certainty: seen.loss?.certainty ?? null }).toEqual(said(attempt));
        expect([seen?.finalAtCallee, seen?.finalAtOriginator]).toEqual([attempt.finalAtCallee, attempt.finalAtOriginator]);
        expect(hop === null).toBe((attempt.loss?.hop ?? null) === null);
        if (hop) expect(seen?.hops).toContainEqual(hop);
      }
      const second = attempts.find(({ originator }) => originator === 'carol');
      expect(second?.loss ?? null).toEqual(
        name === 'lost' ? expect.objectContaining({ kind: 'swallowed', hop: 'lcs', certainty: 'inferred' }) : null,
      );
      const outcome = diagnosed.find(({ from }) => from === 'carol')?.outcome;
      expect(outcome).toBe(name === 'lost' ? 'pending' : 'delivered');
    }
  });
});
