import type { DatagramNetwork, DatagramSocket } from '../../../harness/platform/datagram-network.js';
import { formatSocketAddress, type SocketAddress } from '../../../harness/platform/socket-address.js';
import { SipRequest, SipResponse } from '../../../harness/sip/message.js';
import { parseMessage } from '../../../harness/sip/parse-message.js';

/** What arrived at a peer: parsed, and where it came from. */
export interface Arrival<Message> {
  readonly message: Message;
  readonly source: SocketAddress;
  readonly text: string;
}

/** A participant that does only what the test says: raw text out, datagrams recorded. It retransmits and answers nothing. */
export class Peer {
  readonly arrivals: Arrival<SipRequest | SipResponse>[] = [];
  #socket: DatagramSocket | undefined;

  constructor(readonly address: SocketAddress) {}

  async open(network: DatagramNetwork): Promise<this> {
    this.#socket = await network.bind(this.address, {
      datagram: (payload, source) => {
        const parsed = parseMessage(payload);
        if (!parsed.ok)
          throw new Error(`${this.host} was sent what is no SIP message: ${parsed.error.reason}\n${payload.toString('latin1')}`);
        this.arrivals.push({ message: parsed.value, source, text: payload.toString('latin1') });
      },
    });
    return this;
  }

  /** `192.0.2.1:5060` */
  get host(): string {
    return formatSocketAddress(this.address);
  }

  /** Lines of a message, without CRLF; Content-Length is added unless given. */
  send(to: SocketAddress, lines: readonly string[], body = ''): void {
    const length = lines.some((line) => /^(content-length|l)\s*:/i.test(line)) ? [] : [`Content-Length: ${body.length}`];
    this.#socket?.send(Buffer.from(`${[...lines, ...length].join('\r\n')}\r\n\r\n${body}`, 'latin1'), to);
  }

  /** Answers a request as it arrived, to where it came from. */
  respond(arrival: Arrival<SipRequest>, status: number, options: { tag?: string; headers?: readonly string[]; body?: string } = {}): void {
    const { message, source } = arrival;
    const { tag = 'callee', headers = [], body = '' } = options;
    const to = message.headers.get('To') ?? '';
    this.send(
      source,
      [
        `SIP/2.0 ${status} Test`,
        ...message.headers.all('Via').map((value) => `Via: ${value}`),
        `From: ${message.headers.get('From')}`,
        `To: ${to.includes('tag=') || status === 100 ? to : `${to};tag=${tag}`}`,
        `Call-ID: ${message.callId}`,
        `CSeq: ${message.headers.get('CSeq')}`,
        ...headers,
      ],
      body,
    );
  }

  requests(method?: string): Arrival<SipRequest>[] {
    return this.arrivals.filter(isRequest).filter(({ message }) => method === undefined || message.method === method);
  }

  /** Status codes of the responses to one method, in order of arrival. */
  statuses(method: string): number[] {
    return this.responses(method).map(({ message }) => message.status);
  }

  responses(method: string): Arrival<SipResponse>[] {
    return this.arrivals.filter(isResponse).filter(({ message }) => message.cseq?.method === method);
  }

  /** The last request of a method; the test fails if none came. */
  lastRequest(method: string): Arrival<SipRequest> {
    const last = this.requests(method).at(-1);
    if (!last) throw new Error(`${this.host} got no ${method}`);
    return last;
  }

  lastResponse(method: string): Arrival<SipResponse> {
    const last = this.responses(method).at(-1);
    if (!last) throw new Error(`${this.host} got no response to a ${method}`);
    return last;
  }

  async close(): Promise<void> {
    await this.#socket?.close();
  }
}

function isRequest(arrival: Arrival<SipRequest | SipResponse>): arrival is Arrival<SipRequest> {
  return arrival.message instanceof SipRequest;
}

function isResponse(arrival: Arrival<SipRequest | SipResponse>): arrival is Arrival<SipResponse> {
  return arrival.message instanceof SipResponse;
}
