import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { within } from '../expectation.js';
import type { Endpoint } from '../peers/peer.js';
import { Conversation } from './conversation.js';
import { FrameReader, type Side } from './frame.js';

const OTHER: Readonly<Record<Side, Side>> = { app: 'server', server: 'app' };

/**
 * Stands between an app and a server on their TCP connection: keeps what was said, and can hold it back, cut it into
 * other pieces or cut it off. Who connects to it is the app, or in outbound mode the server.
 */
export class Tap {
  readonly conversations: Conversation[] = [];
  readonly faults: string[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #held: Record<Side, (() => void)[] | undefined> = { app: undefined, server: undefined };
  /** Octets at most in one piece, in both directions. */
  pieces = Number.POSITIVE_INFINITY;
  #newcomers: 'joined' | 'refused' | 'absorbed' = 'joined';

  private constructor(
    private readonly listener: Server,
    private readonly target: () => Endpoint,
    private readonly connecting: Side,
  ) {
    listener.on('connection', (socket) => this.#connected(socket));
  }

  static async open(target: () => Endpoint, connecting: Side, port = 0, host = '127.0.0.1'): Promise<Tap> {
    const listener = createServer({ noDelay: true, allowHalfOpen: true });
    await new Promise<void>((resolve, reject) => {
      listener.once('error', reject);
      listener.listen(port, host, resolve);
    });
    return new Tap(listener, target, connecting);
  }

  get port(): number {
    const address = this.listener.address();
    return typeof address === 'object' && address ? address.port : 0;
  }

  /** The connection that was opened last. */
  get conversation(): Conversation {
    return this.conversations.at(-1) ?? new Conversation();
  }

  /** Keeps back what one side says from now on, until {@link release}. */
  hold(from: Side): void {
    this.#held[from] ??= [];
  }

  /** Passes on what was held, all at once. */
  release(from: Side): void {
    const held = this.#held[from] ?? [];
    this.#held[from] = undefined;
    for (const pass of held) pass();
  }

  /** Closes the connections; `refuse` closes new ones too, until {@link accept}. */
  cut({ refuse = false } = {}): void {
    this.#newcomers = refuse ? 'refused' : 'joined';
    for (const socket of this.#sockets) socket.destroy();
  }

  accept(): void {
    this.#newcomers = 'joined';
  }

  /** Waits for a new connection and opens none behind it: an app that reconnects can be ended there. */
  async absorb(): Promise<void> {
    this.#newcomers = 'absorbed';
    await within(new Promise((resolve) => this.listener.once('absorbed', resolve)), 'new connection of the app');
  }

  /** Resolves when no connection is left. */
  async parted(): Promise<void> {
    while (this.#sockets.size > 0) await new Promise((resolve) => [...this.#sockets][0]?.once('close', resolve));
  }

  get isJoined(): boolean {
    return this.#sockets.size > 0;
  }

  close(): Promise<void> {
    this.cut({ refuse: true });
    return new Promise((resolve) => this.listener.close(() => resolve()));
  }

  #connected(near: Socket): void {
    if (this.#newcomers === 'refused') return void near.destroy();
    if (this.#newcomers === 'absorbed') return this.#take(near);
    const { address, port } = this.target();
    const far = createConnection({ host: address, port, noDelay: true, allowHalfOpen: true });
    const conversation = new Conversation();
    this.conversations.push(conversation);
    this.#join(near, far, this.connecting, conversation);
    this.#join(far, near, OTHER[this.connecting], conversation);
  }

  #take(near: Socket): void {
    const conversation = new Conversation();
    const reader = new FrameReader(this.connecting);
    this.conversations.push(conversation);
    this.#sockets.add(near);
    near.on('data', (chunk: Buffer) => {
      conversation.add(reader.push(chunk));
      this.listener.emit('absorbed');
    });
    near.on('end', () => near.end());
    near.on('error', () => near.destroy());
    near.on('close', () => this.#sockets.delete(near));
  }

  #join(source: Socket, sink: Socket, from: Side, conversation: Conversation): void {
    const reader = new FrameReader(from);
    this.#sockets.add(source);
    source.on('data', (chunk: Buffer) => {
      conversation.add(reader.push(chunk));
      if (reader.fault && from === 'server') this.faults.push(reader.fault);
      this.#inTurn(from, () => this.#write(sink, chunk));
    });
    source.on('end', () => this.#inTurn(from, () => sink.end()));
    source.on('error', () => sink.destroy());
    source.on('close', () => {
      this.#sockets.delete(source);
      if (reader.unread > 0 && from === 'server') this.faults.push('the server closed in the middle of a frame');
      this.#inTurn(from, () => sink.end());
    });
  }

  #inTurn(from: Side, pass: () => void): void {
    const held = this.#held[from];
    if (held) held.push(pass);
    else pass();
  }

  #write(sink: Socket, chunk: Buffer): void {
    if (sink.destroyed || sink.writableEnded) return;
    for (let at = 0; at < chunk.length; at += this.pieces) sink.write(chunk.subarray(at, at + this.pieces));
  }
}
