import type { Clock } from '../../../harness/platform/clock.js';
import { BusyhereError } from '../../../harness/platform/errors.js';
import { formatSocketAddress, type SocketAddress } from '../../../harness/platform/socket-address.js';
import type { Stream, StreamHandlers, StreamListener, StreamNetwork } from '../../../harness/platform/stream-network.js';

type Accept = (stream: Stream) => StreamHandlers;

/** Connections in memory, on a clock: what is written arrives with the clock's next step. */
export class MemoryStreams implements StreamNetwork {
  readonly #listeners = new Map<string, Accept>();
  readonly #open = new Set<MemoryStream>();
  #nextPort = 40_000;

  constructor(private readonly clock: Clock) {}

  /** Ends of connections that are open. */
  get openEnds(): number {
    return this.#open.size;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  async listen(local: SocketAddress, accept: Accept): Promise<StreamListener> {
    const bound = { address: local.address, port: local.port || this.#nextPort++ };
    const key = formatSocketAddress(bound);
    if (this.#listeners.has(key)) throw new BusyhereError('address-in-use', `${key} is taken`);
    this.#listeners.set(key, accept);
    return {
      local: bound,
      close: async () => {
        this.#listeners.delete(key);
      },
    };
  }

  async connect({ host, port }: { host: string; port: number }, handlers: Accept): Promise<Stream> {
    const accept = this.#listeners.get(formatSocketAddress({ address: host, port }));
    if (!accept) throw new BusyhereError('transport', `nobody listens at ${host}:${port}`);
    const near = this.#end({ address: host, port });
    const far = this.#end({ address: '127.0.0.1', port: this.#nextPort++ });
    [near.other, far.other] = [far, near];
    far.handlers = accept(far);
    near.handlers = handlers(near);
    return near;
  }

  #end(remote: SocketAddress): MemoryStream {
    const end = new MemoryStream(remote, this.clock, () => this.#open.delete(end));
    this.#open.add(end);
    return end;
  }
}

class MemoryStream implements Stream {
  other: MemoryStream | undefined;
  handlers: StreamHandlers | undefined;
  /** The other end reads nothing while this is set. */
  stalled = false;
  /** It does not close when the other end has ended. */
  staysOpen = false;
  #buffered: Buffer[] = [];
  #open = true;

  constructor(
    readonly remote: SocketAddress,
    private readonly clock: Clock,
    private readonly gone: () => void,
  ) {}

  get buffered(): number {
    return this.#buffered.reduce((sum, { length }) => sum + length, 0);
  }

  write(payload: Buffer): void {
    if (!this.#open) return;
    this.#buffered.push(payload);
    this.clock.setTimer(0, () => this.#flush());
  }

  hold(): void {}

  release(): void {}

  end(): void {
    if (!this.other?.staysOpen) this.clock.setTimer(0, () => this.#close());
  }

  destroy(): void {
    this.#buffered = [];
    this.clock.setTimer(0, () => this.#close());
  }

  /** The other end reads again. */
  resume(): void {
    this.stalled = false;
    this.#flush();
  }

  #flush(): void {
    if (this.stalled) return;
    for (const payload of this.#buffered.splice(0)) this.other?.handlers?.data(payload);
  }

  #close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.gone();
    this.handlers?.closed();
    this.other?.end();
  }
}

/** Keeps what is written to a stream from arriving. */
export function stall(stream: Stream): { resume(): void } {
  const far = (stream as MemoryStream).other;
  if (far) far.stalled = true;
  return { resume: () => far?.resume() };
}

/** Keeps an end open although the other one has ended. */
export function stayOpen(stream: Stream): void {
  (stream as MemoryStream).staysOpen = true;
}
