import type { Stream, StreamHandlers } from '../platform/stream-network.js';
import { encodeFrame, encodeMessage, FrameDecoder } from './frame.js';
import { type Command, readCommand } from './leader.js';
import type { Names } from './names.js';

/** What a connection tells the server. */
export interface ConnectionListener {
  command(connection: ControlConnection, command: Command): void;
  closed(connection: ControlConnection): void;
}

/** How far an application may be behind with what was sent to it, in octets. */
export interface QueueLimits {
  /** From here on it is asked nothing new. */
  readonly queuedOctets: number;
  /** Beyond this it is given up. */
  readonly queuedOctetsAtMost: number;
}

/** One application at the other end of a connection, whoever opened it. */
export class ControlConnection implements StreamHandlers {
  authenticated = false;
  /** What the application said of itself when it authenticated. */
  tags: readonly string[] = [];
  /** The methods, in lower case, and cdr events that it wants. */
  readonly routes = new Set<string>();
  #open = true;
  #heard = true;
  readonly #decoder = new FrameDecoder();

  constructor(
    private readonly stream: Stream,
    private readonly names: Names,
    private readonly limits: QueueLimits,
    private readonly listener: ConnectionListener,
  ) {}

  get open(): boolean {
    return this.#open;
  }

  /** Whether it is there and reads what it is sent. */
  get ready(): boolean {
    return this.#open && this.authenticated && this.stream.buffered <= this.limits.queuedOctets;
  }

  /**
   * Sends a message of our own.
   * @param leader the leader line less its first token
   * @param sip put on a line of its own, where there is one
   */
  send(leader: string, sip?: Buffer): void {
    if (!this.#open) return;
    if (this.stream.buffered > this.limits.queuedOctetsAtMost) return this.destroy(); // it does not read, and memory has an end
    const text = `${this.names.uuid()}|${leader}`;
    this.stream.write(sip ? encodeMessage(`${text}\r\n`, sip) : encodeFrame(text));
  }

  /** Answers a message of the application's: `OK`, `NO`, `NOK` and what goes with it. */
  reply(id: string, text: string, sip?: Buffer): void {
    this.send(`response|${id}|${text}`, sip);
  }

  /** Lets go of the application once it has been sent all: it is asked nothing more, and heard no more. */
  end(): void {
    this.#heard = false;
    this.authenticated = false;
    this.routes.clear();
    this.stream.end();
  }

  destroy(): void {
    this.stream.destroy();
  }

  /** For the stream. */
  data(chunk: Buffer): void {
    if (!this.#heard) return;
    const { payloads, fault } = this.#decoder.push(chunk);
    this.stream.hold(); // under load many messages come in one piece, and so may the answers go
    for (const payload of payloads) if (this.#open && this.#heard) this.listener.command(this, readCommand(payload));
    this.stream.release();
    if (fault) this.destroy(); // nobody could say where the next message begins
  }

  /** For the stream. */
  closed(): void {
    if (!this.#open) return;
    this.#open = false;
    this.listener.closed(this);
  }
}
