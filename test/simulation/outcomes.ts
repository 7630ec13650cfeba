import { type Attempt, observedOf } from '../../harness/diagnosis/attempt.js';
import { diagnose } from '../../harness/diagnosis/diagnose.js';
import { RFC3261_TIMERS } from '../../harness/transaction/timer-values.js';
import { isAdmitted, isFaulty, NUMBERS } from './plan.js';
import { type PlacedCall, PROXY, type Stage } from './stage.js';
import type { Sighted } from './wire.js';

/** What was planted for a call: what the callee did, what the caller must therefore have got, and what the server lost. */
export interface Truth {
  readonly reached: boolean;
  /** The callee's final; null where he gave none. */
  readonly callee: number | null;
  /** The caller's; null where he rightly waits. */
  readonly caller: number | null;
  readonly absorbed: boolean;
}

const FINAL_OF = { busy: 486, answer: 200, ring: undefined, ignore: 487 } as const;

/** Compares every call with what the plan and the trust settings make of it; gives what is wrong. */
export function checkOutcomes(stage: Stage, trace: readonly Sighted[]): string[] {
  const { t1, timerC } = RFC3261_TIMERS;
  const attempts = diagnose(stage.trace.events, { horizonMs: 64 * t1, timerC, end: stage.trace.elapsed });
  const strangers = attempts.filter(({ callIds }) => !stage.calls.some(({ outgoing }) => callIds.includes(outgoing.callId)));
  return [
    ...strangers.map(({ callIds }) => `the diagnosis found an attempt that nobody made: ${callIds.join(' ')}`),
    ...stage.calls.flatMap((call) => checkCall(stage, call, attempts, trace).map((what) => `${nameOf(call)}: ${what}`)),
    ...checkMessages(stage),
  ];
}

/** Calls that may still be without a final response now. */
export function rightlyOpen(stage: Stage): Set<string> {
  const open = stage.calls.filter((call) => isTouchedBySilence(stage, call) || truthOf(stage, call).caller === null);
  return new Set(open.map(({ outgoing }) => outgoing.callId));
}

/** Calls of or to somebody who fell silent. */
export function brokenCalls(stage: Stage): Set<string> {
  return new Set(stage.calls.filter((call) => isTouchedBySilence(stage, call)).map(({ outgoing }) => outgoing.callId));
}

/** The caller fell silent after his callee's rejection was absorbed: the proxy cannot know, and waits with him for ever. */
export function waitingForNobody(stage: Stage): number {
  const silent = stage.calls.filter(({ plan }) => stage.person(plan.caller)?.crashesAt !== undefined);
  return silent.filter((call) => truthOf(stage, call).absorbed).length;
}

function nameOf({ plan, outgoing }: PlacedCall): string {
  return `${plan.caller} → ${plan.target} at ${plan.at} (${outgoing.callId})`;
}

function isTouchedBySilence(stage: Stage, { plan }: PlacedCall): boolean {
  return stage.person(plan.caller)?.crashesAt !== undefined || stage.calleeOf(plan.target)?.crashesAt !== undefined;
}

function checkCall(stage: Stage, call: PlacedCall, attempts: readonly Attempt[], trace: readonly Sighted[]): string[] {
  const { outgoing, incoming } = call;
  if (incoming.length > 1) return [`the callee was invited ${incoming.length} times`];
  if (isTouchedBySilence(stage, call)) return checkBrokenCall(stage, call);
  const truth = truthOf(stage, call);
  const problems: string[] = [];
  const must = (what: string, actual: unknown, expected: unknown): void => {
    if (actual !== expected) problems.push(`${what} is ${actual}, must be ${expected}`);
  };
  must('the final at the caller', outgoing.finalStatus ?? null, truth.caller);
  if (truth.caller === null) must('whether the caller waits', ['proceeding', 'ringing'].includes(outgoing.state), true);
  else must('whether the caller has come to an end', ['calling', 'proceeding', 'ringing', 'failed'].includes(outgoing.state), false);
  problems.push(...checkReaction(stage, call, trace), ...checkSession(call));
  const found = attempts.filter(({ callIds }) => callIds.includes(outgoing.callId));
  must('the number of attempts found', found.length, 1);
  if (found[0]) problems.push(...checkAttempt(found[0], truth, call));
  return problems;
}

/** Somebody fell silent: then it is enough that whoever lives comes to an end, which the tables and timers show later. */
function checkBrokenCall(stage: Stage, { plan, outgoing }: PlacedCall): string[] {
  if (stage.person(plan.caller)?.crashesAt !== undefined) return [];
  return outgoing.state === 'calling' ? ['the caller still calls'] : [];
}

function truthOf(stage: Stage, call: PlacedCall): Truth {
  const { profile } = stage.plan;
  const { plan, incoming, cancelled, outgoing } = call;
  const caller = stage.person(plan.caller);
  const callee = stage.calleeOf(plan.target);
  const unreached = (status: number): Truth => ({ reached: false, callee: null, caller: status, absorbed: false });
  if (!caller || !isAdmitted(profile, caller.kind)) return unreached(407);
  // A CANCEL before the challenge was met: nobody sends the credentials any more.
  if (cancelled.at !== undefined && outgoing.finalStatus === 407) return unreached(407);
  if (!callee) return unreached(plan.target === 'absent' ? 480 : 404);
  const status = incoming[0] ? (incoming[0].finalStatus ?? null) : 486;
  const absorbed = isFaulty(profile) && callee.kind === 'client' && status !== null && status >= 300 && status !== 487;
  return { reached: true, callee: status, caller: atCaller(status, absorbed, call), absorbed };
}

function atCaller(status: number | null, absorbed: boolean, { cancelled, incoming }: PlacedCall): number | null {
  if (absorbed) return cancelled.at === undefined ? null : 487;
  if (status === 503) return 500; // RFC 3261 §16.7 item 6
  // Nobody cancelled but the proxy, by Timer C.
  if (status === 487 && incoming[0]?.state === 'cancelled' && cancelled.at === undefined) return 408;
  return status;
}

/** The callee did what was planned, unless he was engaged, or the caller or Timer C were faster. */
function checkReaction(stage: Stage, call: PlacedCall, trace: readonly Sighted[]): string[] {
  const { plan, incoming, cancelled, outgoing } = call;
  const callee = stage.calleeOf(plan.target);
  const [taken] = incoming;
  if (!callee || outgoing.finalStatus === 407) return taken ? ['it reached somebody who must not be reached'] : [];
  if (!taken)
    return wasEngaged(stage, callee.name, outgoing.callId, trace) ? [] : ['the callee refused without a reason, or was not reached'];
  const planned = plannedFinal(call);
  if (taken.finalStatus === planned) return [];
  if (taken.finalStatus === 487 && cancelled.at !== undefined) return [];
  return [`the callee gave ${taken.finalStatus}, planned was ${planned}`];
}

/** Who neither answers nor rings is cancelled when Timer C fires (RFC 3261 §16.8); who rings, rings on. */
function plannedFinal({ plan }: PlacedCall): number | undefined {
  const number = NUMBERS[plan.target];
  if (number !== undefined) return typeof number === 'number' ? number : FINAL_OF[number];
  const { final, rings } = plan.reaction;
  if (final === 'none') return rings ? undefined : 487;
  return final === 'answer' ? 200 : final;
}

function wasEngaged(stage: Stage, who: string, callId: string, trace: readonly Sighted[]): boolean {
  const refusal = trace.find((one) => one.point === who && one.sent && one.status === 486 && one.callId === callId);
  if (!refusal || stage.person(who)?.persona !== 'messenger') return false;
  const { time } = refusal.event;
  return stage.engagements.some((one) => one.who === who && one.from <= time && one.to >= time);
}

/** No session on one side only. */
function checkSession({ outgoing, incoming }: PlacedCall): string[] {
  const here = outgoing.state === 'answered';
  const there = incoming[0]?.state === 'answered';
  return here === there ? [] : [`a session on one side only: the caller is ${outgoing.state}, the callee ${incoming[0]?.state}`];
}

/** The verdict from the packets is the one that was planted. */
function checkAttempt(attempt: Attempt, truth: Truth, { cancelled }: PlacedCall): string[] {
  const problems: string[] = [];
  const must = (what: string, actual: unknown, expected: unknown): void => {
    if (actual !== expected) problems.push(`the diagnosis says ${what} ${actual}, planted was ${expected}`);
  };
  must('observed', observedOf(attempt), truth.caller ?? (truth.absorbed ? 'pending' : 'ringing'));
  if (truth.reached) must('final at callee', attempt.finalAtCallee, truth.callee);
  const swallowed = truth.absorbed && cancelled.at === undefined;
  if (swallowed || cancelled.at === undefined) must('loss', attempt.loss?.kind ?? null, swallowed ? 'swallowed' : null);
  if (attempt.loss) must('hop', attempt.loss.hop?.address, PROXY);
  if (truth.reached && truth.callee === 503 && cancelled.at === undefined && !truth.absorbed) {
    must('altered by', attempt.alteration?.hop.address, PROXY);
  }
  return problems;
}

function checkMessages(stage: Stage): string[] {
  return stage.messages.flatMap(({ what, from, target, status }) => {
    const callee = what === 'REGISTER' ? stage.person(from) : stage.calleeOf(target);
    const sender = stage.person(from);
    if (!sender || sender.crashesAt !== undefined || callee?.crashesAt !== undefined) return [];
    const expected = !isAdmitted(stage.plan.profile, sender.kind) ? 407 : callee ? 200 : target === 'absent' ? 480 : 404;
    return status === expected ? [] : [`${what} from ${from} to ${target} was answered ${status}, must be ${expected}`];
  });
}
