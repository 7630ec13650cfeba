import { setMaxListeners } from 'node:events';
import type { Clock, Timer } from '../../platform/clock.js';
import type { DatagramSocket } from '../../platform/datagram-network.js';
import { BusyhereError, errorCode } from '../../platform/errors.js';
import type { StreamNetwork } from '../../platform/stream-network.js';
import type { CapturedMessage } from '../../trace/capture-decoder.js';
import type { Topology } from '../topology.js';
import { unlessAborted } from '../unless-aborted.js';
import type { ControlClient } from './control-client.js';
import { HostLine } from './host-line.js';
import { MergedCaptures } from './merged-captures.js';
import { PortBlocks, type Seat, Seating } from './seating.js';
import { SitePunctuality } from './site-punctuality.js';

/** A container of the lab, reached. */
export interface SiteHost extends Seat {
  readonly control: ControlClient;
}

/** Takes a host's capture, piece by piece; one that cannot be read fails the site. */
export interface CaptureTaker {
  push(piece: Buffer): void;
}

/** Takes what was captured of one case. */
export interface CaptureReader {
  captured(host: SiteHost, message: CapturedMessage): void;
}

export interface SiteOptions {
  readonly clock: Clock;
  readonly streams: StreamNetwork;
  /** Of the harness, in the lab's network. */
  readonly socket: DatagramSocket;
  /** The run's name: in markers, and in the names of elements. */
  readonly run: string;
  /** The run's: aborted where it ends before its end. */
  readonly signal?: AbortSignal;
}

export interface HostPlace extends Seat {
  readonly controlPort: number;
}

/** How long containers may take to close what is theirs when the run is interrupted. */
const GRACE_MS = 2_000;

/** The warm containers of a run, whoever made them: their control channels, their captures, and the cases that are played in them. */
export class Site {
  readonly punctuality: SitePunctuality;
  readonly blocks = new PortBlocks();
  readonly #captures: MergedCaptures;
  readonly #hosts = new Map<string, SiteHost>();
  readonly #readers = new Map<number, CaptureReader>();
  readonly #failure = new AbortController();
  readonly #ended = new AbortController();
  readonly #lines = new Set<HostLine>();
  #grace: Timer | undefined;
  #stopped = false;
  #labs = 0;

  constructor(private readonly options: SiteOptions) {
    const { clock, socket, run, signal } = options;
    this.punctuality = new SitePunctuality(clock);
    setMaxListeners(0, this.ended); // every case listens to it while it waits for its captures
    this.#captures = new MergedCaptures({
      clock,
      socket,
      run,
      message: (host, message) => this.#captured(host, message),
      failed: (error) => this.fail(error),
    });
    if (signal?.aborted) this.#interrupted(signal);
    else signal?.addEventListener('abort', () => this.#interrupted(signal), { once: true });
  }

  /** Aborted, with the reason, when the site can be used no more. */
  get failure(): AbortSignal {
    return this.#failure.signal;
  }

  /** Aborted as soon as nothing is waited for any more: by a failure, or by the run's signal. The reason is an error of ours. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** Cases cannot go on, since something broke beneath them. The first reason counts. */
  fail(reason: BusyhereError): void {
    if (this.#ended.signal.aborted) return;
    this.#failure.abort(reason);
    this.#ended.abort(reason);
  }

  /**
   * Opens the control channel to a host.
   * @param lost told when the host is gone; it says why by {@link fail}
   * @throws BusyhereError `transport`, or the reason of {@link ended}
   */
  async reach(place: HostPlace & { readonly token: string }, lost: (why: string) => void): Promise<void> {
    const { clock, streams } = this.options;
    const { name, kind, address, controlPort, token } = place;
    const line = await HostLine.open({
      ...{ clock, streams, name, host: address, port: controlPort, token, lost, ended: this.ended },
      late: (at, lateMs) => this.punctuality.late(at, lateMs),
      silent: (error) => this.fail(error),
    });
    this.#lines.add(line);
    this.#hosts.set(name, { name, kind, address, control: line.control });
  }

  /** Where the pieces of a host's capture go. */
  watch({ name, address }: Seat): CaptureTaker {
    const capture = this.#captures.add(name, address);
    return {
      push: (piece) => {
        try {
          capture.push(piece);
        } catch (error) {
          this.fail(error as BusyhereError);
        }
      },
    };
  }

  /** @throws BusyhereError `configuration` where the case does not fit in here */
  seat(topology: Topology): Seating<SiteHost> {
    return new Seating(topology, [...this.#hosts.values()]);
  }

  /** A name that no other case has. */
  nextLab(): string {
    return `case${++this.#labs}`;
  }

  /** What is captured at these ports is this reader's from now on. */
  assign(block: number, reader: CaptureReader): void {
    this.#readers.set(block, reader);
  }

  release(reader: CaptureReader): void {
    for (const [block, owner] of this.#readers) if (owner === reader) this.#readers.delete(block);
  }

  /** Resolves when all that these hosts have done and said by now is known here. @throws the reason of {@link ended} */
  async caughtUp(hosts: readonly SiteHost[]): Promise<void> {
    const known = [...hosts.map(({ control }) => control.ask({ do: 'ping' })), this.#captures.caughtUp()];
    await unlessAborted(Promise.all(known), this.ended);
  }

  /** Lets go of all hosts. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#grace?.cancel();
    this.#captures.stop();
    for (const line of this.#lines) line.close();
    await this.options.socket.close();
  }

  /** Who hangs must not keep the run from ending: what is not answered by the end of the grace is not waited for. */
  #interrupted({ reason }: AbortSignal): void {
    if (this.#stopped) return;
    const why = errorCode(reason) === undefined ? new BusyhereError('interrupted', 'the run was interrupted') : (reason as BusyhereError);
    this.#ended.abort(why);
    this.#grace = this.options.clock.setTimer(GRACE_MS, () => {
      for (const line of this.#lines) line.abandon(why);
    });
  }

  /** Of the two ends the host's own tells whose it is; where nobody listens at that one, the other end does. */
  #captured(name: string, message: CapturedMessage): void {
    const host = this.#hosts.get(name);
    if (!host) return;
    const { source, destination } = message;
    const [own, other] = source.address === host.address ? [source, destination] : [destination, source];
    const reader = this.#readerAt(own.port) ?? this.#readerAt(other.port);
    reader?.captured(host, message);
  }

  #readerAt(port: number): CaptureReader | undefined {
    const block = PortBlocks.blockOf(port);
    return block === undefined ? undefined : this.#readers.get(block);
  }
}
