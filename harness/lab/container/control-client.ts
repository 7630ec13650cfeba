import { RegistrationError } from '../../endpoint/registration.js';
import { BusyhereError, type ErrorCode } from '../../platform/errors.js';
import type { Stream, StreamHandlers, StreamNetwork } from '../../platform/stream-network.js';
import { unlessAborted } from '../unless-aborted.js';
import { CONTROL_VERSION, type Command, type ControlReply, type Fault, replySchema } from './control-message.js';
import { JsonLines, jsonLine } from './json-lines.js';

/** What a container says of one of its elements. */
export type ElementReply = Extract<ControlReply, { element: string }>;

export interface ControlClientOptions {
  /** The container's name, for messages to people. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly token: string;
  /** Aborted where nothing is expected of the container any more. */
  readonly end?: AbortSignal;
  /** The container's process was late; `at` in ms since 1970. */
  late(at: number, lateMs: number): void;
  /** The connection is gone, and nobody here had ended it. */
  lost(why: string): void;
}

interface Pending {
  resolve(): void;
  reject(error: Error): void;
}

/** The harness's end of a control channel. */
export class ControlClient {
  readonly #pending = new Map<number, Pending>();
  readonly #elements = new Map<string, (reply: ElementReply) => void>();
  readonly #lines = new JsonLines();
  #stream: Stream | undefined;
  #nextId = 0;
  #ended = false;
  #why = 'the connection ended';
  #welcomed: Pending | undefined;

  private constructor(private readonly options: ControlClientOptions) {}

  /** @throws BusyhereError `transport` where nobody takes the connection or welcomes us; the reason of `end` */
  static async connect(streams: StreamNetwork, options: ControlClientOptions): Promise<ControlClient> {
    const client = new ControlClient(options);
    options.end?.addEventListener('abort', () => client.#abandon(), { once: true });
    const welcome = new Promise<void>((resolve, reject) => {
      client.#welcomed = { resolve, reject };
    });
    welcome.catch(() => {}); // told by the waiting below, unless connecting fails first
    const connecting = streams.connect(options, () => client.#handlers());
    const late = (stream: Stream): void => {
      if (client.#ended) stream.destroy();
    };
    connecting.then(late, () => {}); // told below
    client.#stream = await unlessAborted(connecting, options.end);
    client.#stream.write(jsonLine({ type: 'hello', version: CONTROL_VERSION, token: options.token }));
    await welcome;
    return client;
  }

  /** Hears what is said of an element from now on. @returns ends the hearing */
  hear(element: string, listener: (reply: ElementReply) => void): () => void {
    this.#elements.set(element, listener);
    return () => this.#elements.delete(element);
  }

  /** Resolves when it is done. @throws BusyhereError as the container says, or `environment` where it is gone */
  ask(command: Command): Promise<void> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      if (this.#ended || !this.#stream) return reject(this.#gone());
      this.#pending.set(id, { resolve, reject });
      this.#stream.write(jsonLine({ type: 'request', id, command }));
    });
  }

  close(): void {
    this.#ended = true;
    this.#stream?.end();
    this.#release();
  }

  #abandon(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#why = 'nobody waits for it any more';
    this.#stream?.destroy();
    this.#release();
  }

  #handlers(): StreamHandlers {
    return { data: (chunk) => this.#received(chunk), closed: () => this.#closed() };
  }

  #received(chunk: Buffer): void {
    try {
      for (const value of this.#lines.push(chunk)) this.#heard(replySchema.parse(value));
    } catch (error) {
      this.#why = `it said something that is no control message: ${(error as Error).message}`;
      this.#stream?.destroy();
    }
  }

  #heard(reply: ControlReply): void {
    switch (reply.type) {
      case 'welcome':
        return this.#settleWelcome();
      case 'refused':
        this.#why = reply.reason;
        return;
      case 'done':
        return this.#take(reply.id)?.resolve();
      case 'failed':
        return this.#take(reply.id)?.reject(errorOf(reply.fault));
      case 'late':
        return this.options.late(reply.at, reply.lateMs);
      default:
        return this.#elements.get(reply.element)?.(reply);
    }
  }

  #settleWelcome(): void {
    this.#welcomed?.resolve();
    this.#welcomed = undefined;
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #closed(): void {
    const wasOurs = this.#ended;
    this.#ended = true;
    const wasWelcome = this.#welcomed === undefined;
    if (!wasOurs && wasWelcome) this.options.lost(this.#why); // first, so that the reason is known to whoever asked
    this.#release();
  }

  /** Nobody who waits for an answer gets one any more. */
  #release(): void {
    this.#welcomed?.reject(this.#gone());
    for (const { reject } of this.#pending.values()) reject(this.#gone());
    this.#pending.clear();
  }

  #gone(): BusyhereError {
    return new BusyhereError('transport', `the container ${this.options.name} does not answer any more: ${this.#why}`);
  }
}

function errorOf({ code, message, hint, registration }: Fault): BusyhereError {
  if (registration) {
    const { who, registrar, status, reason } = registration;
    return new RegistrationError(who, registrar, status ?? undefined, reason);
  }
  return new BusyhereError(code as ErrorCode, message, hint ?? undefined);
}
