import type { Attempt, AttemptEvent } from '../../../harness/diagnosis/attempt.js';
import type { SocketAddress } from '../../../harness/platform/socket-address.js';
import type { Terminal } from '../../../harness/report/terminal.js';
import type { Case } from '../../../harness/scenario/case.js';
import { loadScenario } from '../../../harness/scenario/load.js';
import { type AttemptResult, type CaseResult, type RunResult, summarise } from '../../../harness/scenario/result.js';
import type { CaseFinished, RunEvent } from '../../../harness/scenario/run-events.js';

/** A terminal that keeps what was written. */
export class Paper implements Terminal {
  text = '';
  readonly columns: number;
  readonly isLive: boolean;
  readonly hasColours: boolean;
  readonly hasUnicode: boolean;

  constructor({ columns = 80, isLive = false, hasColours = false, hasUnicode = true } = {}) {
    this.columns = columns;
    this.isLive = isLive;
    this.hasColours = hasColours;
    this.hasUnicode = hasUnicode;
  }

  write(text: string): void {
    this.text += text;
  }

  get lines(): string[] {
    return this.text.split('\n');
  }
}

export const PLACES = {
  alice: { address: '127.1.2.10', port: 5060 },
  bob: { address: '127.1.2.11', port: 5060 },
  carol: { address: '127.1.2.12', port: 5060 },
  lcs: { address: '127.1.2.1', port: 5060 },
  edge: { address: '127.1.2.2', port: 5060 },
} satisfies Record<string, SocketAddress>;

export function nameOf(address: SocketAddress): string | undefined {
  return Object.entries(PLACES).find(([, place]) => place.address === address.address)?.[0];
}

type Place = keyof typeof PLACES;

/** An arrow of a ladder. */
export function arrow(time: number, from: Place, to: Place, label: string, more: Partial<AttemptEvent> = {}): AttemptEvent {
  return {
    kind: 'invite',
    label,
    status: null,
    callId: 'a',
    source: PLACES[from],
    destination: PLACES[to],
    time,
    lastTime: time,
    transmissions: 1,
    arrived: true,
    lost: false,
    sequence: time,
    ...more,
  };
}

/** carol's invitation under the fault: bob's 486 ends at lcs. */
export function swallowedAttempt(events?: readonly AttemptEvent[]): Attempt {
  return {
    originator: PLACES.carol,
    originatorSeen: true,
    callee: PLACES.bob,
    callIds: ['a'],
    outcome: 'pending',
    finalAtCallee: 486,
    finalAtOriginator: null,
    reached: [PLACES.lcs, PLACES.bob],
    hops: [PLACES.lcs],
    targets: [{ address: PLACES.bob, final: 486 }],
    loss: null,
    alteration: null,
    branchesOpen: false,
    lastBranchEndedAt: 9,
    cancelledByOriginator: false,
    startedAt: 1,
    lastSeenAt: 9,
    notes: [],
    events: events ?? [
      arrow(1, 'carol', 'lcs', 'INVITE'),
      arrow(1.6, 'lcs', 'carol', '100 Trying'),
      arrow(2, 'lcs', 'bob', 'INVITE', { transmissions: 2 }),
      arrow(3.2, 'bob', 'lcs', '486 Busy Here', { kind: 'final', status: 486, lost: true }),
      arrow(3.4, 'lcs', 'bob', 'ACK'),
    ],
    from: 'carol',
    to: 'bob',
  };
}

const PROFILES = ['telephony-off', 'no-trust', 'gateway-host', 'separate-listener', 'shared-listener', 'host-mask-too-wide'];

/** The cases of a small scenario: profiles by two values of bob. */
export function madeUpCases(profiles: readonly string[] = PROFILES): readonly Case[] {
  return loadScenario(
    {
      name: 'A second invitation to a user who is already invited',
      reference: 'KB834477',
      servers: { lcs: { domain: 'lab.example' } },
      participants: {
        alice: { home: 'lcs' },
        bob: { home: 'lcs' },
        carol: { home: 'lcs' },
        mallory: { at: 'lcs' },
        gateway: { role: 'gateway', at: 'lcs' },
      },
      profiles: Object.fromEntries(profiles.map((profile) => [profile, {}])),
      matrix: { trust: [...profiles], bob: ['ringing', 'engaged'] },
      script: [
        { carol: { invite: 'bob', as: 'second' } },
        { mallory: { invite: '+15550199', as: 'intrusion', title: 'mallory → number, straight to the gateway’s listener or server' } },
      ],
      expect: { second: [{ observed: 486 }], intrusion: [{ observed: [407, 200] }] },
    },
    'kb834477/second-invitation',
    '/',
  ).cases;
}

export function attemptResult(more: Partial<AttemptResult> = {}): AttemptResult {
  return {
    label: 'carol → bob',
    originator: 'carol',
    callee: 'bob',
    expected: [486],
    observed: 486,
    finalAtCallee: 486,
    finalAtOriginator: 486,
    reached: ['bob'],
    loss: null,
    shown: null,
    ...more,
  };
}

export const SWALLOWED: Partial<AttemptResult> = {
  observed: 'pending',
  finalAtOriginator: null,
  loss: {
    kind: 'swallowed',
    hop: 'lcs',
    between: null,
    certainty: 'seen',
    reason: 'lcs ACKed bob’s 486 Busy Here after 0.2 ms and sent no final upstream in the 640 ms that followed.',
  },
};

export function caseResult(played: Case, more: Partial<CaseResult> = {}): CaseResult {
  const { id, scenario, variant } = played;
  return { id, scenario, variant, status: 'passed', reason: null, durationMs: 12.3, trace: null, attempts: [], journal: [], ...more };
}

export function finished(played: Case, result: CaseResult): CaseFinished {
  const attempts = [{ label: 'carol → bob', attempt: swallowedAttempt() }];
  return { type: 'caseFinished', case: played, result, evidence: { attempts, nameOf } };
}

/** All events of a run with these results, one for each case. */
export function eventsOf(cases: readonly Case[], results: readonly CaseResult[]): RunEvent[] {
  const run = runResult(results);
  return [
    { type: 'runStarted', engine: run.engine, sut: run.sut, timers: run.timers, horizonMs: run.horizonMs, seed: run.seed, cases },
    ...cases.flatMap((played, index): RunEvent[] => {
      const result = results[index];
      return result ? [{ type: 'caseStarted', case: played }, finished(played, result)] : [];
    }),
    { type: 'runFinished', result: run },
  ];
}

export function runResult(cases: readonly CaseResult[]): RunResult {
  return {
    schemaVersion: 1,
    tool: { name: 'busyhere', version: '0.0.0' },
    engine: 'udp',
    sut: 'builtin',
    timers: 'fast',
    horizonMs: 640,
    seed: 7,
    startedAt: '2026-11-23T10:00:00.000Z',
    durationMs: 1234,
    summary: summarise(cases),
    cases,
  };
}
