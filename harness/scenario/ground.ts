import { traitsOfAll } from '../endpoint/endpoint-kind.js';
import type { Site } from '../lab/container/site.js';
import type { Containers } from '../lab/docker/open-containers.js';
import { type Engine, memoryEngine, udpEngine } from '../lab/engine.js';
import { BusyhereError, errorCode } from '../platform/errors.js';
import { LoopWatch } from '../platform/loop-watch.js';
import type { Punctuality } from '../platform/punctuality.js';
import type { Random } from '../platform/random.js';
import type { TimerValues } from '../transaction/timer-values.js';
import { withBackground } from './background.js';
import type { Case } from './case.js';
import { EndSignal } from './end-signal.js';
import type { RunOptions } from './run-options.js';

/** What the cases of a run stand on: the engine, the containers where there are any, who is punctual, and what ends them all. */
export class Ground {
  #shared: Engine | undefined;
  #containers: Containers | undefined;
  #loop: LoopWatch | undefined;
  #toleratedMs: number;
  readonly #end = new EndSignal();

  constructor(
    private readonly options: RunOptions,
    timers: TimerValues,
    private readonly random: Random,
  ) {
    this.#end.follow(options.signal);
    this.#toleratedMs = tolerableLateness(timers, options);
    if (options.engine !== 'udp') return;
    this.#shared = udpEngine(random, { singleAddress: options.singleAddress ?? false });
    this.#loop = new LoopWatch(this.#shared.clock, this.#toleratedMs);
  }

  /** Aborted by the user, or, with an error of ours, by what broke beneath the cases. */
  get signal(): AbortSignal {
    return this.#end.signal;
  }

  get realTime(): boolean {
    return this.#shared?.realTime ?? false;
  }

  get site(): Site | undefined {
    return this.#containers?.site;
  }

  /** Undefined in virtual time, where nothing is ever late. An endpoint with slower timers of its own forgives more. */
  punctualityFor({ participants }: Pick<Case, 'participants'>): Punctuality | undefined {
    const watched = this.site?.punctuality ?? this.#loop;
    const forgiven = Math.max(this.#toleratedMs, ...traitsOfAll(participants).map(({ horizonMs }) => shareOf(horizonMs)));
    return watched && forgiven > watched.toleranceMs ? watched.tolerating(forgiven) : watched;
  }

  /** Judges lateness by these timers from now on. */
  measureBy(timers: TimerValues): void {
    this.#toleratedMs = tolerableLateness(timers, this.options);
    if (!this.#loop || !this.#shared) return;
    this.#loop.stop();
    this.#loop = new LoopWatch(this.#shared.clock, this.#toleratedMs);
    this.#loop.start();
  }

  /** The one that all share, or one of the case's own. */
  engineFor(caseRandom: Random): Engine {
    return this.#shared ?? memoryEngine(caseRandom);
  }

  /** An engine that the case had for itself is looked at when the case is over. */
  leave(engine: Engine): void {
    if (engine !== this.#shared) nothingLeft(engine);
  }

  /** @throws BusyhereError `environment` where the machine cannot do it */
  async open(cases: readonly Case[]): Promise<void> {
    this.#loop?.start();
    const { engine, docker = {} } = this.options;
    if (engine !== 'docker') return;
    const { openContainers } = await import('../lab/docker/open-containers.js');
    const topologies = cases.map(withBackground);
    try {
      this.#containers = await openContainers({ ...docker, topologies, random: this.random, signal: this.signal });
    } catch (error) {
      if (errorCode(error) === 'interrupted') return; // no case will be played, and the reports say so
      throw error;
    }
    this.#shared = this.#containers.engine;
    this.#end.follow(this.#containers.site.failure);
  }

  /** What broke first, and not what broke of it. */
  causeOf(error: unknown): unknown {
    return this.site?.failure.reason ?? error;
  }

  async close(): Promise<void> {
    this.#loop?.stop();
    await this.#containers?.stop();
  }

  /** @throws BusyhereError `internal` where something is open after all was closed */
  check(): void {
    if (this.#shared) nothingLeft(this.#shared);
  }
}

/** T1, which is a 64th of the usual horizon; the same share of the horizon of a proxy with timers of its own. */
function tolerableLateness({ t1 }: TimerValues, { external }: RunOptions): number {
  return Math.max(t1, shareOf(external?.horizonMs));
}

function shareOf(horizonMs: number | null | undefined): number {
  return (horizonMs ?? 0) / 64;
}

function nothingLeft(engine: Engine): void {
  const { sockets, timers } = engine.leftovers();
  if (sockets === 0 && timers === 0) return;
  throw new BusyhereError(
    'internal',
    `the run left ${sockets} sockets and ${timers} timers open`,
    'this is a fault of busyhere: please report it',
  );
}
