import { ProgramLoss, type ProgramOutputs } from '../endpoint/program/program-outputs.js';
import { createLab } from '../lab/create-lab.js';
import type { Lab } from '../lab/lab.js';
import type { BackgroundCalls } from '../load/background-calls.js';
import { AttemptStates } from './attempt-states.js';
import { startBackground, withBackground } from './background.js';
import type { Case } from './case.js';
import type { CaseTrace } from './case-capture.js';
import type { CaseRunOptions } from './case-run-options.js';
import { EndSignal } from './end-signal.js';
import type { Finding } from './finding.js';
import { attemptsOf, judgeCase, type Screens, type Standing } from './judge-case.js';
import type { AttemptResult, CaseResult } from './result.js';
import type { CaseEvidence } from './run-events.js';
import { timerCOf } from './run-horizon.js';
import { Script, StalledScript } from './script.js';
import { unjudged } from './unjudged.js';
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
  /** When the last look was taken that all verdicts rest on. */
  #moment: { readonly elapsed: number; readonly shown: Screens; readonly states: AttemptStates } | undefined;
  readonly #end = new EndSignal();
  #leave: () => void = () => {};
  #background: BackgroundCalls | undefined;

  constructor(
    private readonly played: Case,
    private readonly options: CaseRunOptions,
  ) {
    const { engine, timers, random, horizonMs, external, site, past, singleAddress, drachtio } = options;
    const { clock } = engine;
    this.#began = clock.now();
    this.#end.follow(options.signal);
    this.#lab = createLab(withBackground(played), {
      signal: this.#end.signal,
      engine,
      timers,
      random,
      external,
      site,
      past,
      singleAddress,
      drachtioGuardMs: drachtio ? GUARD_HORIZONS * horizonMs : undefined,
    });
    if (this.#lab.outputs) this.#end.follow(this.#lab.outputs.loss);
    this.#waiting = new Waiting(clock, this.#lab.trace, this.#end.signal);
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
      const standing = this.#standing(stalled !== null);
      this.#leave(); // a script that stalled is still inside
      // Many horizons may end at the same moment, and judging them all in one turn would make this process late for the rest.
      this.#leave = await turnstile.enter();
      await engine.nextTurn();
      return this.#judge(stalled, standing);
    } catch (thrown) {
      const error = this.#end.signal.reason ?? thrown; // not what came of it
      const trace = this.#trace(this.#lab.trace.elapsed);
      return { result: this.#result([], unjudged(error, this.options, this.#began)), evidence: NO_EVIDENCE, trace, outputs: this.outputs };
    } finally {
      this.#leave();
      this.#background?.stop();
      this.#states.stop();
      this.#end.release();
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
      if (!(error instanceof StalledScript || error instanceof ProgramLoss)) throw error;
      return error.message;
    }
    return null;
  }

  /** Resolves when nothing can change a verdict any more, with all in the trace that there is. */
  async #settling(): Promise<void> {
    do {
      await this.#waiting.until({ holds: () => this.#settled(this.#states), lookAgainAt: (looked) => this.#quietAt(looked) });
      const then = { elapsed: this.#lab.trace.elapsed, shown: this.#shown() };
      await this.#lab.caughtUp();
      this.#moment = { ...then, states: this.#states.asOf(then.elapsed) };
    } while (!this.#settled(this.#moment.states));
  }

  /** At once, since what delays the judgement does not disturb what was watched. A script that stalled has no moment of its own. */
  #standing(isStalled: boolean): Standing {
    const shownNow = this.#shown();
    const { elapsed } = this.#lab.trace;
    const settled = isStalled ? undefined : this.#moment;
    const { elapsed: end, shown, states } = settled ?? { elapsed, shown: shownNow, states: this.#states.asOf(elapsed) };
    const proven = new Set(this.played.expectations.map(({ label }) => label).filter((label) => states.isProven(label)));
    return {
      end,
      states,
      proven,
      shownThen: shown,
      shownNow,
      lateMs: this.options.loop?.worstSince(this.#began) ?? 0,
    };
  }

  /** What the originators' screens say, by the labels of their attempts. */
  #shown(): Screens {
    return new Map(attemptsOf(this.played).map(({ label }) => [label, this.#script.call(label)?.shown ?? null]));
  }

  #settled(states: AttemptStates): boolean {
    return this.played.expectations.every(({ label }) => states.isSettled(label));
  }

  /** The next time at which one of them may settle; that of one which has settled is over. */
  #quietAt(looked: number): number {
    const named = this.played.expectations.map(({ label }) => this.#states.quietAt(label) ?? looked);
    return Math.min(...named.filter((time) => time > looked));
  }

  #judge(stalled: string | null, standing: Standing): CaseRun {
    const { horizonMs, loop, timers } = this.options;
    const { finding, results, evidence } = judgeCase(
      {
        played: this.played,
        lab: this.#lab,
        script: this.#script,
        horizonMs,
        timerC: this.#timerC,
        toleratedMs: loop?.toleranceMs ?? timers.t1,
        isBroken: this.#end.signal.reason instanceof ProgramLoss,
      },
      stalled,
      standing,
    );
    const nameOf = this.#lab.nameOf.bind(this.#lab);
    const result = this.#result(results, finding);
    return { result, evidence: { attempts: evidence, nameOf }, trace: this.#trace(standing.end), outputs: this.outputs };
  }

  #trace(end: number): CaseTrace {
    return { recorder: this.#lab.trace, end, horizonMs: this.options.horizonMs };
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
