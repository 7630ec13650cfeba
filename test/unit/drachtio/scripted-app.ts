import { encodeFrame, FrameDecoder } from '../../../harness/drachtio/index.js';
import { readCommand } from '../../../harness/drachtio/leader.js';
import type { Stream, StreamHandlers } from '../../../harness/platform/stream-network.js';
import type { SipMessage } from '../../../harness/sip/message.js';
import { parseMessage } from '../../../harness/sip/parse-message.js';

/** A message of the server's as an application gets it. */
export interface FromServer {
  readonly verb: string;
  readonly tokens: readonly string[];
  /** The SIP part, as text. */
  readonly sip: string;
}

/** An application that says what a test says, and keeps what it is told. */
export class ScriptedApp implements StreamHandlers {
  readonly received: FromServer[] = [];
  /** Called for each message, before the test looks. */
  onMessage: (message: FromServer) => void = () => {};
  isClosed = false;
  readonly #decoder = new FrameDecoder();
  #count = 0;

  constructor(readonly stream: Stream) {}

  data(chunk: Buffer): void {
    for (const payload of this.#decoder.push(chunk).payloads) {
      const { verb, tokens, message } = readCommand(payload);
      const received = { verb, tokens, sip: message.toString('utf8') };
      this.received.push(received);
      this.onMessage(received);
    }
  }

  closed(): void {
    this.isClosed = true;
  }

  /** @returns the id that the response will name */
  say(leader: string, sip?: string): string {
    const id = `message-${++this.#count}`;
    this.stream.write(encodeFrame(sip === undefined ? `${id}|${leader}` : `${id}|${leader}\r\n${sip}`));
    return id;
  }

  authenticate(secret: string, tags = ''): string {
    return this.say(`authenticate|${secret}|${tags}`);
  }

  route(...verbs: string[]): void {
    for (const verb of verbs) this.say(`route|${verb}`);
  }

  /** Answers a request as srf does. */
  respond(request: FromServer, status: number, headers = '', body = ''): string {
    const [, ...phrase] = [
      '',
      { 180: 'Ringing', 183: 'Session Progress', 200: 'OK', 486: 'Busy Here', 487: 'Request Terminated' }[status] ?? 'Other',
    ];
    return this.say(
      `sip|${request.tokens[8]}|`,
      `SIP/2.0 ${status} ${phrase}\r\ncseq: 1 ${methodOf(request)}\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`,
    );
  }

  /** Sends a request; `dialogId` where it belongs to a dialog, `transactionId` for a CANCEL. */
  request(startLine: string, { dialogId = '', transactionId = '', headers = '', body = '', route = '' } = {}): string {
    const leader = `sip|${transactionId}|${dialogId}${route === '' ? '' : `|${route}`}`;
    return this.say(leader, `${startLine} SIP/2.0\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`);
  }

  /** The response to a message of this application's. */
  replyTo(id: string): FromServer | undefined {
    return this.received.find(({ verb, tokens }) => verb === 'response' && tokens[2] === id);
  }

  repliesTo(id: string): string[] {
    return this.received
      .filter(({ verb, tokens }) => verb === 'response' && tokens[2] === id)
      .map(({ tokens }) => tokens.slice(3).join('|'));
  }

  /** `OK`, or `NOK` and its reason. */
  outcome(id: string): string | undefined {
    const reply = this.replyTo(id);
    if (!reply) return undefined;
    return reply.tokens[3] === 'OK' ? 'OK' : reply.tokens.slice(3).join(' ');
  }

  /** The requests and responses that it was shown, the last of them last. */
  get sip(): FromServer[] {
    return this.received.filter(({ verb }) => verb === 'sip');
  }

  /** What {@link sip} holds, as `INVITE` or `486`. */
  get heard(): string[] {
    return this.sip.map((message) => startOf(message));
  }

  get cdrs(): string[] {
    return this.received
      .filter(({ verb }) => verb.startsWith('cdr:'))
      .map(({ verb, tokens }) => [verb.slice(4), tokens[2], ...tokens.slice(4)].join(' '));
  }

  last(what: string): FromServer {
    const found = this.sip.findLast((message) => startOf(message) === what);
    if (!found) throw new Error(`the application was shown no ${what}, but ${this.heard.join(', ')}`);
    return found;
  }
}

function startOf({ sip }: FromServer): string {
  return /^SIP\/2\.0 (\d+)/.exec(sip)?.[1] ?? sip.slice(0, sip.indexOf(' '));
}

function methodOf({ sip }: FromServer): string {
  return sip.slice(0, sip.indexOf(' '));
}

/** Reads the SIP part of a message. */
export function sipOf({ sip }: FromServer): SipMessage {
  const parsed = parseMessage(Buffer.from(sip, 'utf8'));
  if (!parsed.ok) throw new Error(parsed.error.reason);
  return parsed.value;
}
