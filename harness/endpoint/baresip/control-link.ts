import { connect, type Socket } from 'node:net';
import { BusyhereError } from '../../platform/errors.js';
import type { SocketAddress } from '../../platform/socket-address.js';
import { encodeNetstring, NetstringReader } from './netstring.js';

/** What baresip says of a call or a registration. */
export interface BaresipEvent {
  /** `CALL_INCOMING`, `REGISTER_OK` … */
  readonly type: string;
  /** The Call-ID, where it is a call's. */
  readonly id: string | undefined;
  /** Mostly the other's URI, or why something ended: `486 Busy Here`. */
  readonly param: string;
}

/** The answer to a command. */
export interface BaresipReply {
  readonly ok: boolean;
  /** What its user would have read. */
  readonly data: string;
}

export interface ControlUser {
  heard(event: BaresipEvent): void;
  /** The channel ended, and not by us: so has baresip. */
  gone(): void;
}

/** The control channel of baresip's module ctrl_tcp: JSON in netstrings over TCP. */
export class ControlLink {
  readonly #reader = new NetstringReader();
  readonly #waiting = new Map<string, (reply: BaresipReply) => void>();
  #commands = 0;
  #open = true;

  private constructor(
    private readonly socket: Socket,
    private readonly user: ControlUser,
  ) {
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('error', () => {}); // 'close' follows
    socket.on('close', () => this.#ended());
  }

  /** @throws BusyhereError `environment` where nobody listens */
  static open(address: SocketAddress, user: ControlUser): Promise<ControlLink> {
    return new Promise((resolve, reject) => {
      const socket = connect(address.port, address.address);
      const failed = (error: Error): void =>
        reject(new BusyhereError('environment', `baresip takes no commands: ${error.message}`, undefined, { cause: error }));
      socket.once('error', failed);
      socket.once('connect', () => {
        socket.off('error', failed);
        resolve(new ControlLink(socket, user));
      });
    });
  }

  /** Commands are carried out in order. Where the channel ends first, the reply is not `ok`. */
  command(command: string, params = ''): Promise<BaresipReply> {
    if (!this.#open) return Promise.resolve(GONE);
    this.#commands += 1;
    const token = String(this.#commands);
    this.socket.write(encodeNetstring(JSON.stringify({ command, params, token })));
    return new Promise((resolve) => this.#waiting.set(token, resolve));
  }

  close(): void {
    this.#open = false;
    this.socket.destroy();
    for (const settle of this.#waiting.values()) settle(GONE);
    this.#waiting.clear();
  }

  #ended(): void {
    if (!this.#open) return;
    this.close();
    this.user.gone();
  }

  #read(chunk: Buffer): void {
    try {
      for (const text of this.#reader.read(chunk)) this.#take(JSON.parse(text));
    } catch {
      this.#ended(); // whoever sits there is no baresip
    }
  }

  #take(said: unknown): void {
    const fields: Readonly<Record<string, unknown>> = { ...(typeof said === 'object' ? said : {}) };
    if (fields.event === true) this.user.heard({ type: textOf(fields.type), id: idOf(fields.id), param: textOf(fields.param) });
    if (fields.response !== true) return;
    const token = textOf(fields.token);
    this.#waiting.get(token)?.({ ok: fields.ok === true, data: textOf(fields.data) });
    this.#waiting.delete(token);
  }
}

const GONE: BaresipReply = { ok: false, data: 'baresip is gone' };

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function idOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
