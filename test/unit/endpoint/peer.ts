import type { Clock } from '../../../harness/platform/clock';
import type { DatagramNetwork, DatagramSocket } from '../../../harness/platform/datagram-network';
import { formatSocketAddress, type SocketAddress } from '../../../harness/platform/socket-address';

export interface Datagram {
  readonly text: string;
  readonly source: SocketAddress;
  readonly time: number;
}

/** Header fields and a body for a message of a peer; a field set to null is left out. */
export interface Written {
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly body?: string;
}

/** The other side, by hand: a socket that sends raw text and keeps what comes. It has no SIP of its own, so none can be wrong. */
export class Peer {
  readonly received: Datagram[] = [];
  /** Called with whatever comes, for peers that answer by themselves. */
  react: (datagram: Datagram) => void = () => {};
  #socket: DatagramSocket | undefined;
  #branches = 0;

  private constructor(
    readonly address: SocketAddress,
    private readonly clock: Clock,
  ) {}

  static async open(network: DatagramNetwork, clock: Clock, address: SocketAddress): Promise<Peer> {
    const peer = new Peer(address, clock);
    peer.#socket = await network.bind(address, {
      datagram: (payload, source) => {
        const datagram = { text: payload.toString('utf8'), source, time: peer.clock.now() };
        peer.received.push(datagram);
        peer.react(datagram);
      },
    });
    return peer;
  }

  get name(): string {
    return formatSocketAddress(this.address);
  }

  close(): Promise<void> {
    return this.#socket?.close() ?? Promise.resolve();
  }

  send(text: string, to: SocketAddress): void {
    this.#socket?.send(Buffer.from(text, 'utf8'), to);
  }

  /** Texts of the requests of a method that came. */
  requests(method: string): string[] {
    return this.received.map(({ text }) => text).filter((text) => text.startsWith(`${method} `));
  }

  /** Status codes of the responses that came, to requests of a method if one is given; 100 left out. */
  statuses(method?: string): number[] {
    return this.responses(method).map((text) => Number(text.slice(8, 11)));
  }

  responses(method?: string): string[] {
    const texts = this.received.map(({ text }) => text).filter((text) => text.startsWith('SIP/2.0 ') && !text.startsWith('SIP/2.0 100'));
    return method === undefined ? texts : texts.filter((text) => headerOf(text, 'CSeq').endsWith(` ${method}`));
  }

  /** A request of this peer's with all that it must have; `headers` replaces fields and adds others. */
  request(method: string, uri: string, { headers = {}, body = '' }: Written = {}): string {
    this.#branches += 1;
    return write(`${method} ${uri} SIP/2.0`, body, {
      Via: `SIP/2.0/UDP ${this.name};branch=z9hG4bK-peer-${this.#branches}`,
      'Max-Forwards': '70',
      From: '<sip:peer@lab.example>;tag=peer-tag',
      To: `<${uri}>`,
      'Call-ID': `call@${this.address.address}`,
      CSeq: `1 ${method}`,
      Contact: `<sip:peer@${this.name}>`,
      ...headers,
    });
  }

  /** Answers a request that came. The To tag is `peer-tag` unless the request has one or `headers` says otherwise. */
  respond({ text, source }: Datagram, status: number, { headers = {}, body = '' }: Written = {}): void {
    const to = headerOf(text, 'To');
    const copied = {
      Via: headerOf(text, 'Via'),
      From: headerOf(text, 'From'),
      To: status === 100 || to.includes(';tag=') ? to : `${to};tag=peer-tag`,
      'Call-ID': headerOf(text, 'Call-ID'),
      CSeq: headerOf(text, 'CSeq'),
      Contact: `<sip:peer@${this.name}>`,
    };
    this.send(write(`SIP/2.0 ${status} Status`, body, { ...copied, ...headers }), source);
  }
}

/** The first header field of a name in a message's text; empty where there is none. */
export function headerOf(text: string, name: string): string {
  const line = text.split('\r\n').find((field) => field.toLowerCase().startsWith(`${name.toLowerCase()}:`));
  return line?.slice(name.length + 1).trim() ?? '';
}

export function bodyOf(text: string): string {
  return text.slice(text.indexOf('\r\n\r\n') + 4);
}

/** The `tag` of a From or To field. */
export function tagOf(field: string): string {
  return /;tag=([^;]+)/.exec(field)?.[1] ?? '';
}

function write(startLine: string, body: string, headers: Readonly<Record<string, string | null>>): string {
  const fields = Object.entries(headers).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`]));
  return [startLine, ...fields, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n');
}

export const SDP_OFFER = 'v=0\r\no=peer 1 1 IN IP4 127.0.0.9\r\ns=-\r\nc=IN IP4 127.0.0.9\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 8\r\n';
export const WITH_SDP: Written = { headers: { 'Content-Type': 'application/sdp' }, body: SDP_OFFER };
