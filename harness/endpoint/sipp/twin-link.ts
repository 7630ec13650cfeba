import { connect, type Socket } from 'node:net';
import type { Clock } from '../../platform/clock.js';
import type { SocketAddress } from '../../platform/socket-address.js';
import type { SipMessage } from '../../sip/message.js';
import { parseMessage } from '../../sip/parse-message.js';
import { type Command, commandText } from './command-text.js';

/** Ends each message of sipp's channel for third-party call control. */
const ESCAPE = 0x1b;
const RETRY_MS = 3;

/** What the scenario tells us of a call. */
export interface TwinEvent {
  readonly callId: string;
  /** As {@link ScenarioWriter.tell} names it; `gone`: sipp itself has ended. */
  readonly event: string;
  /** The message that came last. */
  readonly message: SipMessage | undefined;
}

/** sipp's side channel, on which it takes us for another sipp: commands that begin a call go there, and what happens comes back. */
export class TwinLink {
  #received = Buffer.alloc(0);

  private constructor(
    private readonly socket: Socket,
    private readonly heard: (event: TwinEvent) => void,
  ) {
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('error', () => {}); // sipp is gone, which its process tells
  }

  /** Connects as soon as sipp listens. @param goesOn asked before each try: false gives undefined */
  static async open(
    address: SocketAddress,
    clock: Clock,
    goesOn: () => boolean,
    heard: (event: TwinEvent) => void,
  ): Promise<TwinLink | undefined> {
    while (goesOn()) {
      const socket = await tryToConnect(address);
      if (socket) return new TwinLink(socket, heard);
      await new Promise<void>((resolve) => {
        clock.setTimer(RETRY_MS, resolve);
      });
    }
    return undefined;
  }

  send(command: Command): void {
    this.socket.write(`${commandText(command).replaceAll('\x1b', ' ')}\x1b`);
  }

  close(): void {
    this.socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    for (let end = this.#received.indexOf(ESCAPE); end >= 0; end = this.#received.indexOf(ESCAPE)) {
      const text = this.#received.subarray(0, end);
      this.#received = this.#received.subarray(end + 1);
      const event = eventOf(text);
      if (event) this.heard(event);
    }
  }
}

function tryToConnect({ address, port }: SocketAddress): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, address);
    const failed = (): void => {
      socket.destroy();
      resolve(undefined);
    };
    socket.once('error', failed);
    socket.once('connect', () => {
      socket.off('error', failed);
      resolve(socket);
    });
  });
}

function eventOf(text: Buffer): TwinEvent | undefined {
  const head = /^Call-ID: *([^\r\n]*)\r\nEvent: *([^\r\n]*)\r\n\r\n/.exec(text.toString('latin1'));
  if (!head) return undefined;
  const [{ length }, callId = '', event = ''] = head;
  const parsed = parseMessage(text.subarray(length));
  return { callId, event, message: parsed.ok ? parsed.value : parsed.error.message };
}
