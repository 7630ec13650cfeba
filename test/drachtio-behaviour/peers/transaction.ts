import { check, same } from '../expectation.js';
import { fresh } from './identity.js';
import type { Endpoint, Peer } from './peer.js';
import { type Fields, SipText } from './sip-text.js';

/** A request that a peer sent, and what comes back for it. */
export class Transaction {
  constructor(
    readonly peer: Peer,
    readonly request: SipText,
    readonly destination: Endpoint,
  ) {}

  send(): this {
    this.peer.send(this.request, this.destination);
    return this;
  }

  /** The next message at the peer, which has to be a response with this status to this request. */
  async expect(status: number, ms?: number): Promise<SipText> {
    const response = await this.peer.next(`${status} ${this.request.method}`, ms);
    this.#checkEcho(response);
    return response;
  }

  /** The same where a 100 may come before it or not. */
  async final(status: number, ms?: number): Promise<SipText> {
    const { method } = this.request;
    const response = await this.peer.nextOf([`${status} ${method}`, `100 ${method}`], ms);
    this.#checkEcho(response);
    return response.status === 100 ? this.expect(status, ms) : response;
  }

  /** The CANCEL for this request, RFC 3261 §9.1: same Request-URI, Call-ID, From, To, CSeq number and Via. */
  cancel(fields: Fields = []): Transaction {
    return new Transaction(this.peer, this.#derived('CANCEL', this.request.get('to') ?? '', fields), this.destination).send();
  }

  /** Sends the ACK for a response other than 2xx, RFC 3261 §17.1.1.3. */
  acknowledge(response: SipText): void {
    this.peer.send(this.#derived('ACK', response.get('to') ?? ''), this.destination);
  }

  #derived(method: string, to: string, fields: Fields = []): SipText {
    const { request } = this;
    return SipText.write(`${method} ${request.requestUri} SIP/2.0`, [
      ['Via', request.list('via')[0] ?? ''],
      ...request.all('route').map((route) => ['Route', route] as const),
      ['From', request.get('from') ?? ''],
      ['To', to],
      ['Call-ID', request.get('call-id') ?? ''],
      ['CSeq', `${request.sequence} ${method}`],
      ['Max-Forwards', '70'],
      ...fields,
    ]);
  }

  // RFC 3261 §8.2.6.2: a response has the Via, From, Call-ID and CSeq of its request, and its To but for the tag.
  #checkEcho(response: SipText): void {
    const { request } = this;
    const what = `${response.name} at ${this.peer.name}`;
    for (const name of ['from', 'call-id']) same(response.get(name), request.get(name), `${name} of ${what}`);
    same(response.get('cseq')?.split(/\s+/), request.get('cseq')?.split(/\s+/), `CSeq of ${what}`);
    same(response.list('via').length, request.list('via').length, `number of Via elements of ${what}`);
    same(response.branch, request.branch, `branch of ${what}`);
    check(response.get('to')?.startsWith(request.get('to') ?? ''), `To of ${what} is ${response.get('to')}`);
  }
}

/** One side of a dialog, RFC 3261 §12, as far as a peer needs it. */
export class Dialog {
  #sequence: number;

  private constructor(
    readonly peer: Peer,
    private readonly ends: {
      readonly callId: string;
      readonly local: string;
      readonly remote: string;
      readonly target: string;
      readonly routes: readonly string[];
    },
    sequence: number,
  ) {
    this.#sequence = sequence;
  }

  /** As the caller has it once its INVITE got a 2xx. */
  static ofCaller({ peer, request }: Transaction, response: SipText): Dialog {
    return new Dialog(
      peer,
      {
        callId: request.get('call-id') ?? '',
        local: request.get('from') ?? '',
        remote: response.get('to') ?? '',
        target: response.uri('contact'),
        routes: response.list('record-route').reverse(),
      },
      request.sequence,
    );
  }

  /** As the callee has it once it answered. */
  static ofCallee(peer: Peer, invite: SipText, response: SipText): Dialog {
    return new Dialog(
      peer,
      {
        callId: invite.get('call-id') ?? '',
        local: response.get('to') ?? '',
        remote: invite.get('from') ?? '',
        target: invite.uri('contact'),
        routes: invite.list('record-route'),
      },
      100,
    );
  }

  /** Sends the ACK for the 2xx, RFC 3261 §13.2.2.4; `sequence` is the INVITE's where it was not the last request. */
  acknowledge(options: { sequence?: number; body?: string } = {}): SipText {
    const ack = this.#write('ACK', options.sequence ?? this.#sequence, [], options.body);
    this.peer.send(ack, this.#nextHop);
    return ack;
  }

  request(method: string, options: { fields?: Fields; body?: string; sequence?: number } = {}): Transaction {
    this.#sequence = options.sequence ?? this.#sequence + 1;
    const needsContact = ['INVITE', 'SUBSCRIBE', 'NOTIFY'].includes(method) && !options.fields?.some(([name]) => name === 'Contact');
    const contact: Fields = needsContact ? [['Contact', `<${this.peer.uri}>`]] : [];
    const request = this.#write(method, this.#sequence, [...contact, ...(options.fields ?? [])], options.body);
    return new Transaction(this.peer, request, this.#nextHop).send();
  }

  /** Sends a BYE and takes its 200. */
  async hangUp(): Promise<SipText> {
    return this.request('BYE').expect(200);
  }

  get #nextHop(): Endpoint {
    const found = /^sips?:(?:[^@]*@)?([^:;>]+):(\d+)/.exec(/<([^>]*)>/.exec(this.ends.routes[0] ?? '')?.[1] ?? this.ends.target);
    return found?.[1] ? { address: found[1], port: Number(found[2]) } : this.peer.server;
  }

  #write(method: string, sequence: number, fields: Fields, body = ''): SipText {
    const { ends } = this;
    const describesSession = body.startsWith('v=0') && !fields.some(([name]) => name.toLowerCase() === 'content-type');
    return SipText.write(
      `${method} ${ends.target} SIP/2.0`,
      [
        ['Via', `SIP/2.0/UDP ${this.peer.hostPort};branch=${fresh('z9hG4bK')}`],
        ...ends.routes.map((route) => ['Route', route] as const),
        ['From', ends.local],
        ['To', ends.remote],
        ['Call-ID', ends.callId],
        ['CSeq', `${sequence} ${method}`],
        ['Max-Forwards', '70'],
        ...fields,
        ...(describesSession ? ([['Content-Type', 'application/sdp']] as const) : []),
      ],
      body,
    );
  }
}
