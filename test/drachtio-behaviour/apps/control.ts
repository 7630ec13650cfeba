import { createConnection, type Socket } from 'node:net';
import { check, within } from '../expectation.js';
import { Inbox } from '../inbox.js';
import type { Endpoint } from '../peers/peer.js';
import { encode, type Frame, FrameReader } from './frame.js';

/** A control connection without drachtio-srf: says what it is told, octet by octet where need be. */
export class Control {
  readonly #inbox: Inbox<Frame>;
  readonly #reader = new FrameReader('server');
  readonly #closed: Promise<void>;
  readonly faults: string[] = [];
  /** Takes what nobody asked for, in place of {@link next}. */
  onFrame: ((frame: Frame) => void) | undefined;
  isClosed = false;
  #isApplication = false;

  private constructor(
    readonly name: string,
    private readonly socket: Socket,
  ) {
    this.#inbox = new Inbox(name, (frame) => frame.leader);
    this.#closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('data', (chunk: Buffer) => {
      for (const frame of this.#reader.push(chunk)) this.#take(frame);
      if (this.#reader.fault) this.faults.push(this.#reader.fault);
    });
    socket.on('error', () => undefined); // a server that drops us may do so by a reset
    socket.once('close', () => {
      this.isClosed = true;
    });
  }

  #take(frame: Frame): void {
    if (this.onFrame && frame.verb !== 'response') this.onFrame(frame);
    else this.#inbox.push(frame);
  }

  static async open(name: string, { address, port }: Endpoint): Promise<Control> {
    const socket = createConnection({ host: address, port, noDelay: true });
    await within(
      new Promise<void>((resolve, reject) => {
        socket.once('connect', () => resolve());
        socket.once('error', reject);
      }),
      `connection to ${address}:${port}`,
    );
    return new Control(name, socket);
  }

  write(octets: Buffer | string): Promise<void> {
    return new Promise((resolve) => this.socket.write(octets, () => resolve()));
  }

  /** Sends a frame, and gives its id. */
  send(leader: string, sip = ''): string {
    const { id, octets } = encode(leader, sip);
    this.socket.write(octets);
    return id;
  }

  /** Sends a frame and takes the answer, which has to be the next frame. */
  async ask(leader: string, sip = ''): Promise<Frame> {
    return this.answer(this.send(leader, sip));
  }

  /** The next frame, which has to answer the one with this id. */
  async answer(id: string): Promise<Frame> {
    const frame = await this.next('response');
    check(frame.answers === id, `${this.name} got an answer to ${frame.answers}, not to ${id}: ${frame.leader}`);
    return frame;
  }

  async next(verb: string, ms?: number): Promise<Frame> {
    const frame = await this.#inbox.next(verb, ms);
    check(frame.verb === verb, `expected ${verb} at ${this.name}, seen ${frame.leader}`);
    return frame;
  }

  async authenticate(secret: string): Promise<Frame> {
    const answer = await this.ask(`authenticate|${secret}|`);
    this.#isApplication = answer.succeeded;
    return answer;
  }

  /** Waits for the server to close. */
  async dropped(): Promise<void> {
    await within(this.#closed, `end of the connection ${this.name}`);
  }

  /** Has the answer to a ping, so that all the server said before has arrived. */
  async settle(): Promise<void> {
    if (this.#isApplication && !this.isClosed && !this.socket.writableEnded) await this.ask('ping');
  }

  /** Says that nothing more will come, and still listens. */
  half(): void {
    this.socket.end();
  }

  /** Breaks the connection off. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  get untaken(): readonly string[] {
    return this.#inbox.untaken;
  }

  async close(): Promise<void> {
    this.socket.end();
    await within(this.#closed, `end of the connection ${this.name}`).catch(() => this.socket.destroy());
  }
}
