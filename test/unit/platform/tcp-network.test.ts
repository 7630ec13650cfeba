import type { Stream, StreamHandlers } from '../../../harness/platform/stream-network';
import { TcpNetwork } from '../../../harness/platform/tcp-network';

const LOOPBACK = { address: '127.0.0.1', port: 0 };

/** One end of a connection: what came, and promises for what is to come. */
class End implements StreamHandlers {
  readonly pieces: string[] = [];
  readonly closing: Promise<void>;
  #closed: () => void = () => {};
  #came: () => void = () => {};

  constructor(readonly stream: Stream) {
    this.closing = new Promise((resolve) => {
      this.#closed = resolve;
    });
  }

  get text(): string {
    return this.pieces.join('');
  }

  data(chunk: Buffer): void {
    this.pieces.push(String(chunk));
    this.#came();
  }

  closed(): void {
    this.#closed();
  }

  async until(text: string): Promise<void> {
    while (!this.text.includes(text)) {
      await new Promise<void>((resolve) => {
        this.#came = resolve;
      });
    }
  }
}

/** Two ends of one connection over the machine's loopback, and what closes its listener. */
async function connected() {
  const network = new TcpNetwork();
  let taken: (end: End) => void = () => {};
  const arrival = new Promise<End>((resolve) => {
    taken = resolve;
  });
  const listener = await network.listen(LOOPBACK, (stream) => {
    const end = new End(stream);
    taken(end);
    return end;
  });
  let near: End | undefined;
  await network.connect({ host: 'localhost', port: listener.local.port }, (stream) => {
    near = new End(stream);
    return near;
  });
  if (!near) throw new Error('no connection');
  return { network, listener, near, far: await arrival };
}

describe('a TCP connection', () => {
  it('carries octets both ways, and its end', async () => {
    const { listener, near, far } = await connected();
    near.stream.write(Buffer.from('there'));
    await far.until('there');
    far.stream.write(Buffer.from('and back'));
    far.stream.end();
    await near.closing;
    await far.closing;
    expect(near.text).toBe('and back');
    near.stream.write(Buffer.from('too late')); // does nothing
    await listener.close();
  });

  it('knows its other end', async () => {
    const { listener, near, far } = await connected();
    expect(near.stream.remote.port).toBe(listener.local.port);
    expect(far.stream.remote.address).toBe('127.0.0.1');
    near.stream.destroy();
    await far.closing;
    await listener.close();
  });

  it('keeps together what is held back', async () => {
    const { listener, near, far } = await connected();
    near.stream.hold();
    for (const text of ['a', 'b', 'c']) near.stream.write(Buffer.from(text));
    expect(near.stream.buffered).toBe(3);
    near.stream.release();
    await far.until('abc');
    expect(far.pieces).toEqual(['abc']);
    near.stream.end();
    await far.closing;
    await listener.close();
  });
});

describe('what cannot be had', () => {
  it('an address that is taken', async () => {
    const { network, listener, near, far } = await connected();
    await expect(network.listen(listener.local, () => near)).rejects.toMatchObject({ code: 'address-in-use' });
    near.stream.destroy();
    await far.closing;
    await listener.close();
  });

  it('an address that is not this machine’s', async () => {
    const listening = new TcpNetwork().listen({ address: '192.0.2.1', port: 0 }, (stream) => new End(stream));
    await expect(listening).rejects.toMatchObject({ code: 'address-unavailable' });
  });

  it('a connection that nobody takes', async () => {
    const { network, listener, near, far } = await connected();
    near.stream.destroy();
    await far.closing;
    await listener.close();
    const gone = { host: '127.0.0.1', port: listener.local.port };
    await expect(network.connect(gone, (stream) => new End(stream))).rejects.toMatchObject({ code: 'transport' });
  });
});
