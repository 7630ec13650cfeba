import type { Clock, Timer } from '../../platform/clock.js';
import type { DatagramSocket } from '../../platform/datagram-network.js';
import { BusyhereError } from '../../platform/errors.js';
import type { CapturedMessage } from '../../trace/capture-decoder.js';
import { HostCapture } from './host-capture.js';
import { MARKER_PORT, markerPayload } from './marker.js';

export interface MergedCapturesOptions {
  readonly clock: Clock;
  /** Markers leave from here. */
  readonly socket: DatagramSocket;
  readonly run: string;
  /** Told of every message, in order of time over all hosts. */
  message(host: string, message: CapturedMessage): void;
  failed(error: BusyhereError): void;
}

interface Point {
  readonly name: string;
  readonly address: string;
  readonly capture: HostCapture;
  /** In the order in which the host's wire carried them; not told yet. */
  readonly waiting: CapturedMessage[];
  seenRound: number;
  seenAt: number;
}

/** A marker that is not seen after this time is sent again; the network may be busy. */
const REPEAT_MS = 100;
const PATIENCE_MS = 10_000;

/**
 * Several hosts' captures as one trace. Each comes in at its own pace; a round of markers, one to every host, tells how far
 * each has come, and what lies before the earliest of them is complete and goes on, in order. A round begins when
 * anything was captured, or when somebody asks whether there was.
 */
export class MergedCaptures {
  readonly #points = new Map<string, Point>();
  #round = 0;
  /** What waits for the round that is under way, and for the next. */
  #current: (() => void)[] | undefined;
  #next: (() => void)[] = [];
  #timer: Timer | undefined;
  #stopped = false;

  constructor(private readonly options: MergedCapturesOptions) {}

  /** Adds a host; pieces of its capture go to the returned reader. */
  add(name: string, address: string): HostCapture {
    const point: Point = {
      name,
      address,
      waiting: [],
      seenRound: 0,
      seenAt: Number.NEGATIVE_INFINITY,
      capture: new HostCapture(this.options.run, {
        message: (message) => {
          point.waiting.push(message);
          if (!this.#current) this.#begin();
        },
        marker: (round, time) => this.#seen(point, round, time),
      }),
    };
    this.#points.set(name, point);
    return point.capture;
  }

  /** Resolves when all that crossed any host's wire before now was told; never, when that cannot be any more. */
  caughtUp(): Promise<void> {
    return new Promise((resolve) => {
      this.#next.push(resolve);
      if (!this.#current) this.#begin();
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #begin(): void {
    if (this.#stopped || this.#points.size === 0) return;
    this.#round += 1;
    this.#current = this.#next;
    this.#next = [];
    this.#sendMarkers(this.options.clock.now() + PATIENCE_MS);
  }

  #sendMarkers(deadline: number): void {
    const { clock, socket, run } = this.options;
    const payload = markerPayload(run, this.#round);
    const missing = [...this.#points.values()].filter(({ seenRound }) => seenRound < this.#round);
    if (clock.now() > deadline) return this.#giveUp(missing);
    for (const { address } of missing) socket.send(payload, { address, port: MARKER_PORT });
    this.#timer = clock.setTimer(REPEAT_MS, () => this.#sendMarkers(deadline));
  }

  #seen(point: Point, round: number, time: number): void {
    if (round <= point.seenRound) return; // a repetition
    point.seenRound = round;
    point.seenAt = time;
    if (round === this.#round && [...this.#points.values()].every(({ seenRound }) => seenRound === round)) this.#complete();
  }

  #complete(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const waiters = this.#current ?? [];
    this.#current = undefined;
    this.#tell(Math.min(...[...this.#points.values()].map(({ seenAt }) => seenAt)));
    for (const wake of waiters) wake();
    const more = this.#next.length > 0 || [...this.#points.values()].some(({ waiting }) => waiting.length > 0);
    if (more && !this.#current) this.#begin();
  }

  #tell(until: number): void {
    const due: { name: string; message: CapturedMessage }[] = [];
    for (const { name, waiting } of this.#points.values()) {
      const end = waiting.findIndex(({ time }) => time > until);
      for (const message of waiting.splice(0, end < 0 ? waiting.length : end)) due.push({ name, message });
    }
    due.sort((one, other) => one.message.time - other.message.time);
    for (const { name, message } of due) this.options.message(name, message);
  }

  #giveUp(missing: readonly Point[]): void {
    this.stop();
    const names = missing.map(({ name }) => name).join(', ');
    this.options.failed(
      new BusyhereError(
        'environment',
        `the capture beside ${names} did not show a datagram that was sent there ${PATIENCE_MS / 1000} s ago`,
        'without captures there are no verdicts: look at the machine’s load and memory, and at its firewall towards the lab’s network',
      ),
    );
  }
}
