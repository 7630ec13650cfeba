import type { ExternalSut } from '../../harness/lab/external-sut.js';
import type { SocketAddress } from '../../harness/platform/socket-address.js';
import { loadScenario } from '../../harness/scenario/load.js';
import type { AttemptResult, CaseResult, RunResult } from '../../harness/scenario/result.js';
import { runSuite } from '../../harness/scenario/run.js';
import { sutAt } from '../unit/lab/external-sut';

/** A second invitation to somebody who rings, and to somebody who is engaged. */
export const BUSY_SCENARIO = `name: A second invitation
servers:
  lcs: { domain: lab.example }
participants:
  alice: { home: lcs }
  bob: { home: lcs }
  carol: { home: lcs }
matrix:
  bob: [ringing, engaged]
script:
  - alice: { invite: bob, as: first }
  - bob: { on: first, do: $bob }
  - carol: { invite: bob, as: second, after: first is $bob }
expect:
  second: [{ observed: 486, reached: [bob], shown: Your request to have a voice conversation cannot be delivered to bob. }]
`;

export function externalSut(address: SocketAddress, over: Partial<ExternalSut> = {}): ExternalSut {
  return sutAt(address, { accounts: { '*': { user: '$name', password: '$name-secret' } }, ...over });
}

/**
 * Plays cases against a proxy that runs already; without any, those of the scenario above. Our timers are the RFC's, so
 * that a busy machine is not taken for late.
 */
export function playAgainst(external: ExternalSut, cases = loadScenario(BUSY_SCENARIO, 'busy', '.').cases): Promise<RunResult> {
  const signal = new AbortController().signal;
  const options = { engine: 'udp', sut: 'external', external, timers: 'rfc3261', horizonMs: 2_000, seed: 1, workers: 4, signal } as const;
  return runSuite(cases, options, () => {});
}

/** carol's attempt. */
export function second({ attempts }: CaseResult): AttemptResult | undefined {
  return attempts.find(({ originator }) => originator === 'carol');
}
