import type { DatagramNetwork, DatagramSocket } from '../../../harness/platform/datagram-network.js';
import type { SocketAddress } from '../../../harness/platform/socket-address.js';
import { createResponse } from '../../../harness/sip/create-response.js';
import { type SipMessage, SipRequest, type SipResponse } from '../../../harness/sip/message.js';
import { parseMessage } from '../../../harness/sip/parse-message.js';

export const SDP = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n';

/** A SIP peer without transactions: it sends what a test says and keeps what it got. */
export class SipPeer {
  readonly received: SipMessage[] = [];
  /** Called for each request, before the test looks. */
  onRequest: (request: SipRequest) => void = () => {};
  onResponse: (response: SipResponse) => void = () => {};
  readonly #waiting: { wanted: (message: SipMessage) => boolean; found: (message: SipMessage) => void }[] = [];
  readonly #taken = new Set<SipMessage>();
  #branches = 0;

  private constructor(
    readonly name: string,
    private socket: DatagramSocket,
  ) {}

  static async open(network: DatagramNetwork, name: string, local: SocketAddress = { address: '127.0.0.1', port: 0 }): Promise<SipPeer> {
    const handlers = { datagram: (payload: Buffer, source: SocketAddress) => peer.#receive(payload, source) };
    const peer: SipPeer = new SipPeer(name, undefined as unknown as DatagramSocket);
    peer.socket = await network.bind(local, handlers);
    return peer;
  }

  get local(): SocketAddress {
    return this.socket.local;
  }

  get hostport(): string {
    return `${this.local.address}:${this.local.port}`;
  }

  get uri(): string {
    return `sip:${this.name}@${this.hostport}`;
  }

  close(): Promise<void> {
    return this.socket.close();
  }

  /** What was received and no test has taken yet, as `486` or `INVITE`. */
  get untaken(): string[] {
    return this.received.filter((message) => !this.#taken.has(message)).map(summary);
  }

  /** All that was received, as `486 INVITE` or `INVITE`. */
  get seen(): string[] {
    return this.received.map((message) => (message.kind === 'request' ? message.method : `${message.status} ${message.cseq?.method}`));
  }

  /** The next message of that kind that no test has taken: a method, a status, or `status method`. */
  async take(what: string): Promise<SipMessage> {
    const wanted = (message: SipMessage): boolean => !this.#taken.has(message) && matches(message, what);
    const there = this.received.find(wanted);
    const message = there ?? (await new Promise<SipMessage>((found) => this.#waiting.push({ wanted, found })));
    this.#taken.add(message);
    return message;
  }

  async takeRequest(method: string): Promise<SipRequest> {
    return (await this.take(method)) as SipRequest;
  }

  async takeResponse(status: number | string): Promise<SipResponse> {
    return (await this.take(String(status))) as SipResponse;
  }

  send(message: SipMessage | string, to: SocketAddress): void {
    this.socket.send(typeof message === 'string' ? Buffer.from(message) : message.toBuffer(), to);
  }

  /** A request of this peer's outside dialogs. */
  createRequest(method: string, target: string, extra: [string, string][] = [], body = ''): SipRequest {
    const id = `${this.name}-${++this.#branches}`;
    const given = new Set(extra.map(([name]) => name));
    const fields: [string, string][] = [
      ['Via', `SIP/2.0/UDP ${this.hostport};branch=z9hG4bK-${id}`],
      ['Max-Forwards', '70'],
      ['From', `<${this.uri}>;tag=${id}`],
      ['To', `<${target}>`],
      ['Call-ID', `${id}@${this.hostport}`],
      ['CSeq', `1 ${method}`],
      ['Contact', `<${this.uri}>`],
    ];
    const fresh = fields.filter(([name]) => !given.has(name));
    if (body !== '') extra.push(['Content-Type', 'application/sdp']);
    return SipRequest.create(method, target, [...fresh, ...extra], body);
  }

  invite(server: SocketAddress, user = 'bob', extra: [string, string][] = [], body = SDP): SipRequest {
    const invite = this.createRequest('INVITE', `sip:${user}@${server.address}:${server.port}`, extra, body);
    this.send(invite, server);
    return invite;
  }

  /** ACK or CANCEL of an INVITE, in its transaction. */
  follow(method: 'ACK' | 'CANCEL', invite: SipRequest, server: SocketAddress, response?: SipResponse): void {
    const to = response?.headers.get('To') ?? invite.headers.get('To') ?? '';
    const request = SipRequest.create(method, invite.requestUri, [
      ['Via', invite.headers.list('Via')[0] ?? ''],
      ['Max-Forwards', '70'],
      ['From', invite.headers.get('From') ?? ''],
      ['To', to],
      ['Call-ID', invite.callId ?? ''],
      ['CSeq', `${invite.cseq?.sequence} ${method}`],
    ]);
    this.send(request, server);
  }

  /** A request of the caller's inside the dialog that `response` made. */
  inDialog(
    method: string,
    invite: SipRequest,
    response: SipResponse,
    sequence: number,
    server: SocketAddress,
    extra: [string, string][] = [],
    body = '',
  ): SipRequest {
    const routes = response.headers.list('Record-Route').reverse();
    const target = response.contacts[0]?.uriText ?? invite.requestUri;
    const request = this.createRequest(
      method,
      target,
      [
        ['From', invite.headers.get('From') ?? ''],
        ['To', response.headers.get('To') ?? ''],
        ['Call-ID', invite.callId ?? ''],
        ['CSeq', `${sequence} ${method}`],
        ...routes.map((route): [string, string] => ['Route', route]),
        ...extra,
      ],
      body,
    );
    this.send(request, server);
    return request;
  }

  /** A request of the callee's inside the dialog that it made by answering `invite`. */
  backwards(
    method: string,
    invite: SipRequest,
    tag: string,
    sequence: number,
    server: SocketAddress,
    extra: [string, string][] = [],
    body = '',
  ): SipRequest {
    const request = this.createRequest(
      method,
      invite.contacts[0]?.uriText ?? '',
      [
        ['From', `${invite.headers.get('To')};tag=${tag}`],
        ['To', invite.headers.get('From') ?? ''],
        ['Call-ID', invite.callId ?? ''],
        ['CSeq', `${sequence} ${method}`],
        ...extra,
      ],
      body,
    );
    this.send(request, server);
    return request;
  }

  respond(request: SipRequest, status: number, extra: [string, string][] = [], body = '', tag = `${this.name}-tag`): SipResponse {
    const headers: [string, string][] = [...extra];
    if (status > 100 && !extra.some(([name]) => name === 'Contact')) headers.push(['Contact', `<${this.uri}>`]);
    for (const route of request.headers.all('Record-Route')) headers.push(['Record-Route', route]);
    if (body !== '') headers.push(['Content-Type', 'application/sdp']);
    const response = createResponse(request, status, { headers, body, ...(status > 100 && { toTag: tag }) });
    const via = request.topVia;
    this.send(response, {
      address: via?.received ?? via?.host ?? '',
      port: (typeof via?.rport === 'number' ? via.rport : via?.port) ?? 5060,
    });
    return response;
  }

  #receive(payload: Buffer, _source: SocketAddress): void {
    const parsed = parseMessage(payload);
    if (!parsed.ok) throw new Error(`the server sent what is no SIP: ${parsed.error.reason}`);
    const message = parsed.value;
    this.received.push(message);
    if (message.kind === 'request') this.onRequest(message);
    else this.onResponse(message);
    const index = this.#waiting.findIndex(({ wanted }) => wanted(message));
    if (index >= 0) this.#waiting.splice(index, 1)[0]?.found(message);
  }
}

function summary(message: SipMessage): string {
  return message.kind === 'request' ? message.method : String(message.status);
}

function matches(message: SipMessage, what: string): boolean {
  if (message.kind === 'request') return message.method === what;
  return what === String(message.status) || what === `${message.status} ${message.cseq?.method}`;
}
