import { createSocket, type Socket } from 'node:dgram';
import { Unmet, within } from '../expectation.js';
import { Inbox } from '../inbox.js';
import { fresh, SETTLING } from './identity.js';
import { type Fields, messageFaults, SipText } from './sip-text.js';
import { Transaction } from './transaction.js';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

export interface RequestOptions {
  /** Request-URI; else `sip:<user>@<server>`. */
  readonly uri?: string;
  readonly user?: string;
  readonly from?: string;
  readonly fields?: Fields;
  readonly body?: string;
  readonly to?: Endpoint;
  readonly callId?: string;
  /** Of a request in a dialog. */
  readonly toTag?: string;
  /** CSeq number; 1 if left out. */
  readonly sequence?: number;
  /** 70 if left out. */
  readonly maxForwards?: number | 'none';
}

export interface ReplyOptions {
  readonly reason?: string;
  /** To tag; a 100 has none, and a message that has one already keeps it. */
  readonly tag?: string;
  readonly fields?: Fields;
  readonly body?: string;
}

/** A retransmission sooner than this is none: no timer of RFC 3261 fires before it. */
const SOONEST_REPEAT = 0.5; // of T1

/**
 * A SIP element on a UDP socket that does only what it is told, message by message. It has no transactions and no timers:
 * what the server under test retransmits, loses or gets wrong stays to be seen.
 */
export class Peer {
  readonly #inbox: Inbox<SipText>;
  readonly #seen = new Map<string, { at: number; times: number }>();
  readonly #settling = new Map<string, () => void>();
  readonly faults: string[] = [];
  readonly #hasty: string[] = [];
  readonly #received: SipText[] = [];

  private constructor(
    readonly name: string,
    readonly server: Endpoint,
    private readonly t1: number,
    private readonly socket: Socket,
  ) {
    this.#inbox = new Inbox(name, (message) => message.startLine);
    socket.on('message', (octets, from) => this.#arrived(octets, from));
    socket.on('error', (error) => this.faults.push(`${name}: ${error.message}`));
  }

  static async open(name: string, local: string, server: Endpoint, t1: number): Promise<Peer> {
    const socket = createSocket({ type: local.includes(':') ? 'udp6' : 'udp4', recvBufferSize: 1 << 20 });
    await new Promise<void>((resolve) => socket.bind(0, local, resolve));
    return new Peer(name, server, t1, socket);
  }

  get address(): Endpoint {
    return this.socket.address();
  }

  get hostPort(): string {
    return `${this.address.address}:${this.address.port}`;
  }

  get uri(): string {
    return `sip:${this.name}@${this.hostPort}`;
  }

  /** Puts octets on the wire, whatever they are. */
  send(message: SipText | Buffer | string, to: Endpoint = this.server): void {
    const octets = message instanceof SipText ? message.octets : Buffer.from(message);
    this.socket.send(octets, to.port, to.address);
  }

  /** Sends a request that begins something new. */
  request(method: string, options: RequestOptions = {}): Transaction {
    const to = options.to ?? this.server;
    const uri = options.uri ?? `sip:${options.user ?? 'bob'}@${to.address}:${to.port}`;
    const contact: Fields = ['INVITE', 'SUBSCRIBE'].includes(method) ? [['Contact', `<${this.uri}>`]] : [];
    const given = (name: string) => options.fields?.some(([field]) => field.toLowerCase() === name);
    const describesSession = options.body?.startsWith('v=0') && !given('content-type');
    const request = SipText.write(
      `${method} ${uri} SIP/2.0`,
      [
        ['Via', `SIP/2.0/UDP ${this.hostPort};branch=${fresh('z9hG4bK')}`],
        ['From', options.from ?? `"${this.name}" <${this.uri}>;tag=${fresh('f')}`],
        ['To', options.toTag ? `<${uri}>;tag=${options.toTag}` : `<${uri}>`],
        ['Call-ID', options.callId ?? `${fresh('c')}@${this.address.address}`],
        ['CSeq', `${options.sequence ?? 1} ${method}`],
        ...(given('contact') ? [] : contact),
        ...(options.maxForwards === 'none' ? [] : ([['Max-Forwards', String(options.maxForwards ?? 70)]] as const)),
        ...(options.fields ?? []),
        ...(describesSession ? ([['Content-Type', 'application/sdp']] as const) : []),
      ],
      options.body,
    );
    return new Transaction(this, request, to).send();
  }

  /** Sends an INVITE and takes the 100 that the server answers at once (protocol §5). */
  async invite(options: RequestOptions = {}): Promise<Transaction> {
    const call = this.request('INVITE', options);
    await call.expect(100);
    return call;
  }

  /** Answers a request, to where it came from as its Via says. */
  reply(request: SipText, status: number, options: ReplyOptions = {}): SipText {
    const to = request.get('to') ?? '';
    const tagged = status === 100 || request.tag('to') ? to : `${to};tag=${options.tag ?? `${this.name}-tag`}`;
    const given = (name: string) => options.fields?.some(([field]) => field.toLowerCase() === name);
    const establishes = status > 100 && status < 300 && ['INVITE', 'SUBSCRIBE'].includes(request.method);
    const response = SipText.write(
      `SIP/2.0 ${status} ${options.reason ?? REASONS[status] ?? 'Said So'}`,
      [
        ...request.all('via').map((via) => ['Via', via] as const),
        ...(establishes ? request.all('record-route').map((route) => ['Record-Route', route] as const) : []),
        ['From', request.get('from') ?? ''],
        ['To', tagged],
        ['Call-ID', request.get('call-id') ?? ''],
        ['CSeq', request.get('cseq') ?? ''],
        ...(establishes && !given('contact') ? ([['Contact', `<${this.uri}>`]] as const) : []),
        ...(options.fields ?? []),
        ...(options.body?.startsWith('v=0') ? ([['Content-Type', 'application/sdp']] as const) : []),
      ],
      options.body,
    );
    this.send(response, destinationOf(request, this.server));
    return response;
  }

  /**
   * The next message, which has to be the named one: `INVITE`, `180 INVITE`. Copies of messages that came already are
   * passed over, see {@link copies}.
   */
  async next(name: string, ms?: number): Promise<SipText> {
    return this.nextOf([name], ms);
  }

  /** The next message, which has to be one of those named. */
  async nextOf(names: readonly string[], ms?: number): Promise<SipText> {
    const message = await this.#inbox.next(names.join(' or '), ms);
    if (!names.includes(message.name)) throw new Unmet(`expected ${names.join(' or ')} at ${this.name}, seen ${message.startLine}`);
    return message;
  }

  /** How often a message came in all. */
  copies(message: SipText): number {
    return this.#seen.get(message.octets.toString('latin1'))?.times ?? 0;
  }

  /** Resolves when a message came so often in all; those were asked for, and are not too soon. */
  async repeated(message: SipText, times: number, ms?: number): Promise<void> {
    await this.#until(() => this.copies(message) >= times, `copy ${times} of ${message.name}`, ms);
    this.#hasty.splice(0);
  }

  /** The same for an ACK, which the server may make anew each time. */
  async acknowledged(ack: SipText, times: number, ms?: number): Promise<void> {
    const isLike = (other: SipText): boolean =>
      other.method === 'ACK' && other.get('cseq') === ack.get('cseq') && other.get('call-id') === ack.get('call-id');
    const count = (): number => this.#received.filter(isLike).length;
    await this.#until(() => count() >= times, `ACK ${times}`, ms);
    this.#inbox.discard(isLike);
    this.#hasty.splice(0);
  }

  async #until(condition: () => boolean, what: string, ms?: number): Promise<void> {
    const met = new Promise<void>((resolve) => {
      const look = (): void => {
        if (condition()) resolve();
        else this.socket.once('message', () => setImmediate(look));
      };
      look();
    });
    await within(met, `${what} at ${this.name}`, ms);
  }

  /** Asks the server something and has the answer, so that all it sent here before has arrived. */
  async settle(): Promise<void> {
    const callId = fresh(SETTLING);
    const answered = new Promise<void>((resolve) => this.#settling.set(callId, resolve));
    this.request('OPTIONS', { callId });
    await within(answered, `answer to an OPTIONS of ${this.name}`);
  }

  get untaken(): readonly string[] {
    return this.#inbox.untaken;
  }

  /** Copies of messages that came too soon to be retransmissions. */
  get hasty(): readonly string[] {
    return this.#hasty;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.socket.close(() => resolve()));
  }

  #arrived(octets: Buffer, from: Endpoint): void {
    const message = SipText.read(octets);
    if (!message) {
      this.faults.push(`${this.name} got what is no SIP message: ${JSON.stringify(octets.toString('latin1').slice(0, 80))}`);
      return;
    }
    if (message.get('call-id')?.startsWith(SETTLING)) return this.#settled(message, from);
    if (from.port === this.server.port) this.faults.push(...messageFaults(message).map((fault) => `at ${this.name}: ${fault}`));
    this.#received.push(message);
    if (this.#isNew(message)) this.#inbox.push(message);
  }

  #settled(message: SipText, from: Endpoint): void {
    const callId = message.get('call-id') ?? '';
    if (message.status !== undefined) this.#settling.get(callId)?.();
    else this.send(this.#answerTo(message), from);
  }

  #answerTo(request: SipText): SipText {
    const copied = request.fields.filter(([name]) => ['via', 'from', 'call-id', 'cseq'].includes(name));
    return SipText.write('SIP/2.0 200 OK', [...copied, ['To', `${request.get('to')};tag=settled`]]);
  }

  #isNew(message: SipText): boolean {
    const key = message.octets.toString('latin1');
    const now = performance.now();
    const before = this.#seen.get(key);
    this.#seen.set(key, { at: now, times: (before?.times ?? 0) + 1 });
    if (before && now - before.at < SOONEST_REPEAT * this.t1) {
      this.#hasty.push(`${message.startLine} came to ${this.name} again after ${Math.round(now - before.at)} ms`);
    }
    return !before;
  }
}

const REASONS: Readonly<Record<number, string>> = {
  100: 'Trying',
  180: 'Ringing',
  183: 'Session Progress',
  200: 'OK',
  202: 'Accepted',
  302: 'Moved Temporarily',
  401: 'Unauthorized',
  404: 'Not Found',
  407: 'Proxy Authentication Required',
  486: 'Busy Here',
  487: 'Request Terminated',
  488: 'Not Acceptable Here',
  500: 'Server Internal Error',
  603: 'Decline',
};

// RFC 3261 §18.2.2 as far as a peer on loopback needs it: the topmost Via's sent-by.
function destinationOf(request: SipText, otherwise: Endpoint): Endpoint {
  const sentBy = /^SIP\/2\.0\/UDP\s+([^;\s]+):(\d+)/.exec(request.list('via')[0] ?? '');
  return sentBy?.[1] ? { address: sentBy[1], port: Number(sentBy[2]) } : otherwise;
}
