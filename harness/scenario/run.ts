import type { ProgramOutputs } from '../endpoint/program/program-outputs.js';
import { PastCalls } from '../lab/past-calls.js';
import { type Random, SeededRandom } from '../platform/random.js';
import { SystemClock } from '../platform/system-clock.js';
import type { TimerValues } from '../transaction/timer-values.js';
import type { Case } from './case.js';
import { type CaseTrace, keepCapture } from './case-capture.js';
import { settlePrograms } from './case-programs.js';
import { checkSut } from './check-sut.js';
import { castFor } from './choose-endpoints.js';
import { withEitherChallenge } from './either-challenge.js';
import { Ground } from './ground.js';
import { BAILED, cutShort, INTERRUPTED, type NotRun, notPlayed } from './not-run.js';
import { activityOf, repetitions, timersOf } from './pace.js';
import { type CaseResult, RESULT_SCHEMA_VERSION, type RunResult, summarise } from './result.js';
import { runCase } from './run-case.js';
import type { CaseEvidence, EmitRunEvent } from './run-events.js';
import { horizonOf } from './run-horizon.js';
import type { RunOptions } from './run-options.js';
import { schedule } from './schedule.js';
import { TOOL } from './tool.js';
import { Turnstile } from './turnstile.js';

/**
 * Runs the cases and gives all results in their order, also when the run is interrupted or bails.
 * @throws BusyhereError `usage` where the engine cannot have the proxy under test, `configuration` where an endpoint cannot do what its case asks, `address-in-use` where a scenario asks for an address that is taken, `environment` where a case
 *   cannot be set up on this machine, `internal` where something of ours was left open
 */
export async function runSuite(cases: readonly Case[], options: RunOptions, emit: EmitRunEvent): Promise<RunResult> {
  checkSut(options.sut, options.engine);
  return new SuiteRunner(castFor(cases, options), options, emit).run();
}

const NO_EVIDENCE: CaseEvidence = { attempts: [], nameOf: () => undefined };

/** A case that was played. */
interface Play {
  readonly played: Case;
  readonly result: CaseResult;
  readonly evidence: CaseEvidence;
  /** Undefined where nothing was played. */
  readonly trace?: CaseTrace;
  /** The files of its programs, which somebody has to keep or discard. */
  readonly outputs?: ProgramOutputs | undefined;
  /** Whether listeners were told. */
  readonly reported: boolean;
}

class SuiteRunner {
  #timers: TimerValues;
  readonly #random: Random;
  /** Of the run itself, whatever clock its cases live by. */
  readonly #clock = new SystemClock();
  readonly #ground: Ground;
  readonly #past = new PastCalls();
  readonly #turnstile: Turnstile;
  #failures = 0;
  /** The results that listeners were told. */
  readonly #told = new Map<Case, CaseResult>();
  /** No more cases are begun, and none is told any more. */
  #over = false;
  #finished = false;

  constructor(
    private readonly cases: readonly Case[],
    private readonly options: RunOptions,
    private readonly emit: EmitRunEvent,
  ) {
    this.#timers = timersOf(options);
    this.#random = new SeededRandom(options.seed);
    const { places, longestMs } = activityOf(cases, options);
    this.#turnstile = new Turnstile(this.#clock, places, longestMs);
    this.#ground = new Ground(options, this.#timers, this.#random);
  }

  async run(): Promise<RunResult> {
    const { engine, sut, timers, seed } = this.options;
    const startedAt = new Date(this.#clock.wallTime());
    const horizonMs = Math.max(0, ...this.cases.map((played) => horizonOf(played, this.options, this.#timers)));
    this.emit({ type: 'runStarted', engine, sut, timers, horizonMs, seed, cases: this.cases });
    const finish = (why: NotRun): RunResult => {
      const told = this.cases.map((played) => this.#told.get(played) ?? notPlayed(played, why.status, why.reason));
      return this.#finish(told, startedAt, horizonMs);
    };
    const play = async (): Promise<RunResult> => {
      try {
        await this.#playAll();
      } finally {
        this.#over = true;
      }
      return finish(this.options.signal.aborted ? INTERRUPTED : BAILED);
    };
    const result = await this.#onGround(play).catch((error) => {
      // What was judged is worth its reports; and one without any verdict says at least why.
      if (!this.#finished) finish(this.options.signal.aborted ? INTERRUPTED : cutShort(error));
      throw error;
    });
    this.#ground.check();
    return result;
  }

  async #onGround<T>(work: () => Promise<T>): Promise<T> {
    try {
      await this.#ground.open(this.cases);
      return await work();
    } catch (error) {
      throw this.#ground.causeOf(error);
    } finally {
      await this.#ground.close();
    }
  }

  /**
   * In real time the first case goes alone: until the compiler has seen everything once, a process is slow, and many
   * slow cases at once would retransmit for no other reason. Then come those that have a horizon to wait for.
   */
  async #playAll(): Promise<void> {
    const { external } = this.options;
    const workers = external ? 1 : this.options.workers;
    const order = this.#ground.realTime ? slowestFirst(this.cases) : this.cases;
    const alone = this.#ground.realTime ? 1 : 0;
    const plays = new Map<Case, Play>();
    const playSome = async (cases: readonly Case[], play: (played: Case) => Promise<Play>): Promise<void> => {
      const done = await schedule(cases, workers, play, () => this.#goesOn());
      for (const one of done) if (one) plays.set(one.played, one);
    };
    await playSome(order.slice(0, alone), (played) => this.#playFirst(played));
    await playSome(order.slice(alone), (played) => this.#playFirst(played));
    await this.#settle(plays, playSome);
  }

  /**
   * What could not be judged, since this process was late, is measured again, in the end more slowly, and all of it at once:
   * what merely waits makes nobody late, and one quiet horizon proves it all. No failure is ever played again.
   */
  async #settle(
    plays: Map<Case, Play>,
    playSome: (cases: readonly Case[], play: (played: Case) => Promise<Play>) => Promise<void>,
  ): Promise<void> {
    const unjudged = (): Play[] => [...plays.values()].filter(({ reported }) => !reported);
    for (const slower of repetitions(this.options)) {
      const cases = unjudged().map(({ played }) => played);
      if (cases.length === 0 || !this.#goesOn()) break;
      this.#timers = timersOf(this.options, slower);
      this.#ground.measureBy(this.#timers);
      await playSome(cases, (played) => this.#playOnce(played));
    }
    for (const play of unjudged()) plays.set(play.played, await this.#report(play));
  }

  async #playFirst(played: Case): Promise<Play> {
    this.emit({ type: 'caseStarted', case: played });
    if (played.skip === undefined) return this.#playOnce(played);
    return this.#report({ played, result: notPlayed(played, 'skipped', played.skip), evidence: NO_EVIDENCE, reported: false });
  }

  async #playOnce(played: Case): Promise<Play> {
    const { outputs, ...play } = await this.#play(played);
    if (play.result.status !== 'inconclusive' || repetitions(this.options).length === 0) return this.#report({ ...play, outputs });
    outputs?.discard();
    return play;
  }

  async #report(play: Play): Promise<Play> {
    const { played, evidence, trace, outputs } = play;
    const { captures, programFiles } = this.options;
    const told = settlePrograms(play.result, outputs, programFiles);
    const result = captures && trace ? await keepCapture(told, trace, evidence.attempts, captures) : told;
    if (this.#over) return { played, result, evidence, reported: true };
    if (result.status === 'failed') this.#failures += 1;
    this.#told.set(played, result);
    this.emit({ type: 'caseFinished', case: played, result, evidence });
    return { played, result, evidence, reported: true };
  }

  async #play(played: Case): Promise<Play> {
    const random = this.#random.fork(played.id);
    const engine = this.#ground.engineFor(random);
    const horizonMs = horizonOf(played, this.options, this.#timers);
    const { result, evidence, trace, outputs } = await runCase(this.options.sut === 'external' ? withEitherChallenge(played) : played, {
      engine,
      timers: this.#timers,
      horizonMs,
      random,
      signal: this.#ground.signal,
      loop: this.#ground.punctualityFor(played),
      turnstile: this.#turnstile,
      external: this.options.external,
      site: this.#ground.site,
      drachtio: this.options.sut === 'drachtio',
      past: this.#past,
      singleAddress: this.options.singleAddress ?? false,
    });
    this.#ground.leave(engine);
    const slowed = horizonMs !== horizonOf(played, this.options, timersOf(this.options));
    return { played, result: slowed ? { ...result, horizonMs } : result, evidence, trace, outputs, reported: false };
  }

  #goesOn(): boolean {
    const { bail, signal } = this.options;
    return !this.#over && !signal.aborted && (bail === undefined || this.#failures < bail);
  }

  #finish(cases: readonly CaseResult[], startedAt: Date, horizonMs: number): RunResult {
    const { engine, sut, timers, seed } = this.options;
    const result: RunResult = {
      schemaVersion: RESULT_SCHEMA_VERSION,
      tool: TOOL,
      engine,
      sut,
      timers,
      horizonMs,
      seed,
      startedAt: startedAt.toISOString(),
      durationMs: Math.round(this.#clock.wallTime() - startedAt.getTime()),
      summary: summarise(cases),
      cases,
    };
    this.#finished = true;
    this.emit({ type: 'runFinished', result });
    return result;
  }
}

/** One that ends by itself leads, then those that end with their horizon, then the rest: waiting hides behind work. */
function slowestFirst(cases: readonly Case[]): Case[] {
  const waits = ({ expectations }: Case): boolean => expectations.some(({ observed }) => observed.some((one) => typeof one === 'string'));
  const [first, ...quick] = cases.filter((played) => !waits(played));
  return [...(first ? [first] : []), ...cases.filter(waits), ...quick];
}
