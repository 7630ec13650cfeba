import type { Attempt } from '../diagnosis/attempt.js';
import { diagnose } from '../diagnosis/diagnose.js';
import type { ProgramOutputs } from '../endpoint/program/program-outputs.js';
import { createLab } from '../lab/create-lab.js';
import type { Lab } from '../lab/lab.js';
import type { BackgroundCalls } from '../load/background-calls.js';
import { AttemptStates } from './attempt-states.js';
import { startBackground, withBackground } from './background.js';
import type { Case } from './case.js';
import type { CaseTrace } from './case-capture.js';
import type { CaseRunOptions } from './case-run-options.js';
import { type Finding, findingOf } from './finding.js';
import type { Expectation, InviteStep, MessageStep } from './model.js';
import type { AttemptResult, CaseResult } from './result.js';
import type { CaseEvidence } from './run-events.js';
import { timerCOf } from './run-horizon.js';
import { Script, StalledScript } from './script.js';
import { unjudged } from './unjudged.js';
import { attemptResult, sightOfInvitation, sightOfRequest } from './verdict.js';
import { Waiting } from './waiting.js';

export interface CaseRun {
  readonly result: CaseResult;
  readonly evidence: CaseEvidence;
  readonly trace: CaseTrace;
  /** The files of its programs, which the caller has to keep or discard. */
  readonly outputs: ProgramOutputs | undefined;
}

const NO_EVIDENCE: CaseEvidence = { attempts: [], nameOf: () => undefined };

/** Builds the case's lab, plays its script, watches until every verdict is proven, tears all down, and judges. */
export function runCase(played: Case, options: CaseRunOptions): Promise<CaseRun> {
  const runner = new CaseRunner(played, options);
  return options.engine.complete(runner.run()).catch((error: unknown) => {
    runner.outputs?.discard();
    throw error;
  });
}

const MARKER_DIGITS = 16;
/** A script may wait for several proofs, and each begins anew when one was late: an absorbed call is kept for all of that. */
const GUARD_HORIZONS = 16;

class CaseRunner {
  readonly #lab: Lab;
  readonly #waiting: Waiting;
  readonly #states: AttemptStates;
  readonly #timerC: number;
  readonly #script: Script;
  #began: number;
  #lateMs = 0;
  readonly #proven = new Set<string>();
  #leave: () => void = () => {};
  #background: BackgroundCalls | undefined;

  constructor(
    private readonly played: Case,
    private readonly options: CaseRunOptions,
  ) {
    const { engine, timers, random, horizonMs, external, site, past, singleAddress, drachtio } = options;
    const { clock } = engine;
    this.#began = clock.now();
    this.#lab = createLab(withBackground(played), {
      engine,
      timers,
      random,
      external,
      site,
      past,
      singleAddress,
      drachtioGuardMs: drachtio ? GUARD_HORIZONS * horizonMs : undefined,
    });
    this.#waiting = new Waiting(clock, this.#lab.trace, options.signal);
    this.#timerC = timerCOf(played, external !== undefined, timers);
    this.#states = new AttemptStates({ trace: this.#lab.trace, clock, horizonMs, timerC: this.#timerC, loop: options.loop });
    this.#script = new Script(played, {
      lab: this.#lab,
      clock,
      timers,
      states: this.#states,
      waiting: this.#waiting,
      resting: () => this.#leave(),
      token: random.fork('marker').token(MARKER_DIGITS),
      patienceMs: 8 * horizonMs, // a step may wait for a `pending`, whose proof starts over when the loop was late
    });
  }

  get outputs(): ProgramOutputs | undefined {
    return this.#lab.outputs;
  }

  async run(): Promise<CaseRun> {
    const { engine, turnstile } = this.options;
    this.#leave = await turnstile.enter();
    this.#began = engine.clock.now();
    try {
      await this.#lab.start();
      this.#background = startBackground(this.played, this.#lab, engine.clock);
      const stalled = await this.#play();
      this.#noteProofs();
      this.#leave(); // a script that stalled is still inside
      // Many horizons may end at the same moment, and judging them all in one turn would make this process late for the rest.
      this.#leave = await turnstile.enter();
      await engine.nextTurn();
      return this.#judge(stalled);
    } catch (error) {
      const trace = this.#trace(this.#lab.trace.elapsed);
      return { result: this.#result([], unjudged(error, this.options, this.#began)), evidence: NO_EVIDENCE, trace, outputs: this.outputs };
    } finally {
      this.#leave();
      this.#background?.stop();
      this.#states.stop();
      await this.#lab.stop();
    }
  }

  /** Gives the reason why the script came to a halt, or null when it was played and every verdict is proven. */
  async #play(): Promise<string | null> {
    try {
      await this.#script.play();
      this.#leave();
      await this.#settling();
      await this.#script.reactionsTaken();
      await this.#settling();
    } catch (error) {
      if (!(error instanceof StalledScript)) throw error;
      return error.message;
    }
    return null;
  }

  /** Resolves when nothing can change a verdict any more, with all in the trace that there is. */
  async #settling(): Promise<void> {
    do {
      await this.#waiting.until({ holds: () => this.#settled(), lookAgainAt: (looked) => this.#quietAt(looked) });
      await this.#lab.caughtUp();
    } while (!this.#settled());
  }

  /** At once, since what delays the judgement does not disturb what was watched. */
  #noteProofs(): void {
    for (const { label } of this.played.expectations) if (this.#states.isProven(label)) this.#proven.add(label);
    this.#lateMs = this.options.loop?.worstSince(this.#began) ?? 0;
  }

  #settled(): boolean {
    return this.played.expectations.every(({ label }) => this.#states.isSettled(label));
  }

  /** The next time at which one of them may settle; that of one which has settled is over. */
  #quietAt(looked: number): number {
    const named = this.played.expectations.map(({ label }) => this.#states.quietAt(label) ?? looked);
    return Math.min(...named.filter((time) => time > looked));
  }

  #judge(stalled: string | null): CaseRun {
    const end = this.#lab.trace.elapsed;
    const seen = this.#invitationsSeen(end);
    const results = new Map(this.#attempts.map((step) => [step.label, this.#attemptResult(step, seen)]));
    const attempts = this.#attempts.flatMap(({ label, title }) => {
      const attempt = seen.get(label);
      return attempt ? [{ label: title, attempt }] : [];
    });
    const nameOf = this.#lab.nameOf.bind(this.#lab);
    const result = this.#result([...results.values()], this.#finding(results, stalled));
    return { result, evidence: { attempts, nameOf }, trace: this.#trace(end), outputs: this.outputs };
  }

  #trace(end: number): CaseTrace {
    return { recorder: this.#lab.trace, end, horizonMs: this.options.horizonMs };
  }

  /** The steps that begin something of which a verdict is given. */
  get #attempts(): (InviteStep | MessageStep)[] {
    return this.played.steps.filter((step) => step.verb === 'invite' || step.verb === 'message');
  }

  /** The INVITEs' attempts in the trace, by the labels of the script. */
  #invitationsSeen(end: number): ReadonlyMap<string, Attempt> {
    const { horizonMs } = this.options;
    const attempts = diagnose(this.#lab.trace.events, {
      horizonMs,
      timerC: this.#timerC,
      end,
      names: (address) => this.#lab.nameOf(address),
    });
    const seen = new Map<string, Attempt>();
    for (const { label } of this.#attempts) {
      const callId = this.#script.call(label)?.callId;
      const attempt = attempts.find(({ callIds }) => callId !== undefined && callIds.includes(callId));
      if (attempt) seen.set(label, attempt);
    }
    return seen;
  }

  #attemptResult(step: InviteStep | MessageStep, invitations: ReadonlyMap<string, Attempt>): AttemptResult {
    const { label, verb } = step;
    const sight = verb === 'invite' ? sightOfInvitation(invitations.get(label)) : sightOfRequest(this.#states.requestOutcome(label));
    return attemptResult(step, this.#expectation(label), sight, this.#script.call(label)?.shown ?? null, {
      nameOf: (address) => this.#lab.nameOf(address),
      isParticipant: (name) => this.played.participants.some((participant) => participant.name === name),
    });
  }

  #expectation(label: string): Expectation | undefined {
    return this.played.expectations.find((expectation) => expectation.label === label);
  }

  #finding(results: ReadonlyMap<string, AttemptResult>, stalled: string | null): Finding {
    const { loop, timers } = this.options;
    return findingOf({
      expectations: this.played.expectations,
      results,
      stalled,
      isProven: (label) => this.#proven.has(label),
      lateMs: this.#lateMs,
      toleratedMs: loop?.toleranceMs ?? timers.t1,
    });
  }

  #result(attempts: readonly AttemptResult[], { status, reason }: Finding): CaseResult {
    return {
      id: this.played.id,
      scenario: this.played.scenario,
      variant: this.played.variant,
      status,
      reason,
      durationMs: Math.round(this.options.engine.clock.now() - this.#began),
      trace: null,
      attempts,
      journal: this.#lab.journal,
    };
  }
}
