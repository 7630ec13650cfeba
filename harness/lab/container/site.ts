import type { Clock } from '../../platform/clock.js';
import type { DatagramSocket } from '../../platform/datagram-network.js';
import type { BusyhereError } from '../../platform/errors.js';
import type { StreamNetwork } from '../../platform/stream-network.js';
import type { CapturedMessage } from '../../trace/capture-decoder.js';
import type { Topology } from '../topology.js';
import { ControlClient } from './control-client.js';
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
}

export interface HostPlace extends Seat {
  readonly controlPort: number;
}

/** The warm containers of a run, whoever made them: their control channels, their captures, and the cases that are played in them. */
export class Site {
  readonly punctuality: SitePunctuality;
  readonly blocks = new PortBlocks();
  readonly #captures: MergedCaptures;
  readonly #hosts = new Map<string, SiteHost>();
  readonly #readers = new Map<number, CaptureReader>();
  readonly #failure = new AbortController();
  #labs = 0;

  constructor(private readonly options: SiteOptions) {
    const { clock, socket, run } = options;
    this.punctuality = new SitePunctuality(clock);
    this.#captures = new MergedCaptures({
      clock,
      socket,
      run,
      message: (host, message) => this.#captured(host, message),
      failed: (error) => this.fail(error),
    });
  }

  /** Aborted, with the reason, when the site can be used no more. */
  get failure(): AbortSignal {
    return this.#failure.signal;
  }

  /** Cases cannot go on, since something broke beneath them. The first reason counts. */
  fail(reason: BusyhereError): void {
    if (!this.#failure.signal.aborted) this.#failure.abort(reason);
  }

  /**
   * Opens the control channel to a host.
   * @param lost told when the host is gone; it says why by {@link fail}
   * @throws BusyhereError `transport`
   */
  async reach(place: HostPlace & { readonly token: string }, lost: (why: string) => void): Promise<void> {
    const { streams } = this.options;
    const { name, kind, address, controlPort, token } = place;
    const late = (at: number, lateMs: number): void => this.punctuality.late(at, lateMs);
    const control = await ControlClient.connect(streams, { name, host: address, port: controlPort, token, late, lost });
    this.#hosts.set(name, { name, kind, address, control });
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

  /** Resolves when all that these hosts have done and said by now is known here. */
  async caughtUp(hosts: readonly SiteHost[]): Promise<void> {
    await Promise.all([...hosts.map(({ control }) => control.ask({ do: 'ping' })), this.#captures.caughtUp()]);
  }

  /** Lets go of all hosts. */
  async stop(): Promise<void> {
    this.#captures.stop();
    for (const { control } of this.#hosts.values()) control.close();
    await this.options.socket.close();
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
