import type { Attempt } from '../diagnosis/attempt.js';
import { diagnose } from '../diagnosis/diagnose.js';
import type { Lab } from '../lab/lab.js';
import type { AttemptStates } from './attempt-states.js';
import type { Case } from './case.js';
import { type Finding, findingOf } from './finding.js';
import type { Expectation, InviteStep, MessageStep } from './model.js';
import type { AttemptResult } from './result.js';
import type { AttemptEvidence } from './run-events.js';
import type { Script } from './script.js';
import { attemptResult, sightOfInvitation, sightOfRequest } from './verdict.js';

/** What originators' screens say, by the labels of their attempts. */
export type Screens = ReadonlyMap<string, string | null>;

/** How everything stood at the moment that is judged, whatever has come since. */
export interface Standing {
  /** The moment, ms of the trace. */
  readonly end: number;
  readonly states: AttemptStates;
  /** Labels of attempts during whose horizon this process was awake. */
  readonly proven: ReadonlySet<string>;
  /** At that moment. */
  readonly shownThen: Screens;
  /** When all was known that had happened by then. */
  readonly shownNow: Screens;
  /** How late this process was at worst, ms beyond what is tolerated; 0: never. */
  readonly lateMs: number;
}

/** A case that was played. */
export interface PlayedCase {
  readonly played: Case;
  readonly lab: Lab;
  readonly script: Script;
  readonly horizonMs: number;
  readonly timerC: number;
  readonly toleratedMs: number;
  /** Whether something was seen to break, and is nobody's lateness. */
  readonly isBroken: boolean;
}

export interface Judgement {
  readonly finding: Finding;
  readonly results: readonly AttemptResult[];
  readonly evidence: readonly AttemptEvidence[];
}

type AttemptStep = InviteStep | MessageStep;

/** The steps that begin something of which a verdict is given. */
export function attemptsOf({ steps }: Case): AttemptStep[] {
  return steps.filter((step) => step.verb === 'invite' || step.verb === 'message');
}

/**
 * Judges a case by what was seen up to the moment of its standing.
 * @param stalled why its script came to a halt; null where it was played to its end
 */
export function judgeCase(of: PlayedCase, stalled: string | null, standing: Standing): Judgement {
  const attempts = attemptsOf(of.played);
  const invitations = invitationsSeen(of, attempts, standing.end);
  const results = new Map(attempts.map((step) => [step.label, resultOf(of, step, invitations.get(step.label), standing)]));
  const finding = findingOf({
    expectations: of.played.expectations,
    results,
    stalled,
    isBroken: of.isBroken,
    isProven: (label) => standing.proven.has(label),
    lateMs: standing.lateMs,
    toleratedMs: of.toleratedMs,
  });
  const evidence = attempts.flatMap(({ label, title }) => {
    const attempt = invitations.get(label);
    return attempt ? [{ label: title, attempt }] : [];
  });
  return { finding, results: [...results.values()], evidence };
}

/** The INVITEs' attempts in the trace, by the labels of the script. */
function invitationsSeen({ lab, script, horizonMs, timerC }: PlayedCase, steps: readonly AttemptStep[], end: number): Map<string, Attempt> {
  const events = lab.trace.events.filter(({ time }) => time <= end);
  const attempts = diagnose(events, { horizonMs, timerC, end, names: (address) => lab.nameOf(address) });
  const seen = new Map<string, Attempt>();
  for (const { label } of steps) {
    const callId = script.call(label)?.callId;
    const attempt = attempts.find(({ callIds }) => callId !== undefined && callIds.includes(callId));
    if (attempt) seen.set(label, attempt);
  }
  return seen;
}

/** A screen may speak of a final a moment after that came in; where none came in, what the screen says later is of something later. */
function resultOf({ played, lab }: PlayedCase, step: AttemptStep, attempt: Attempt | undefined, standing: Standing): AttemptResult {
  const { label, verb } = step;
  const { states, shownThen, shownNow } = standing;
  const sight = verb === 'invite' ? sightOfInvitation(attempt) : sightOfRequest(states.requestOutcome(label));
  const shown = (sight.finalAtOriginator === null ? shownThen : shownNow).get(label) ?? null;
  return attemptResult(step, expectationOf(played, label), sight, shown, {
    nameOf: (address) => lab.nameOf(address),
    isParticipant: (name) => played.participants.some((participant) => participant.name === name),
  });
}

function expectationOf({ expectations }: Case, label: string): Expectation | undefined {
  return expectations.find((expectation) => expectation.label === label);
}
