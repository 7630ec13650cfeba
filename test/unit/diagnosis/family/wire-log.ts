import type { SocketAddress } from '../../../../harness/platform/socket-address.js';

/** A machine at which a capture may be taken. */
export interface Machine {
  readonly name: string;
  readonly address: SocketAddress;
}

/** One datagram as it truly went, whoever saw it. */
export interface Datagram {
  readonly time: number;
  readonly from: Machine;
  /** Null where no machine of the call has that address. */
  readonly to: Machine | null;
  readonly source: SocketAddress;
  readonly destination: SocketAddress;
  readonly text: string;
  /** It left its sender and arrived nowhere. */
  readonly lost: boolean;
}

export interface Sending {
  /** Instead of to where it belongs. */
  readonly astray?: { readonly machine: Machine | null; readonly address: SocketAddress };
  readonly lost?: boolean;
  /** Puts another branch on the top Via. */
  readonly branch?: string;
  readonly toTag?: string;
}

/** Everything of a call that stays the same on one hop. */
export interface HopFields {
  readonly callId: string;
  readonly cseq: number;
  readonly fromTag: string;
  readonly from: string;
  readonly to: string;
  /** From this hop's own on. */
  readonly vias: readonly string[];
  /** The same in responses, where the receiver has written into it where the request came from (RFC 3581 §4). */
  readonly stamped?: readonly string[];
  readonly sdp: string;
  readonly headers: readonly string[];
  /** With the short names of headers, as some phones write them. */
  readonly compact: boolean;
}

/** One hop of an INVITE: writes its messages into a log, each at the log's present time. */
export class Hop {
  constructor(
    readonly log: WireLog,
    readonly sender: Machine,
    /** Where the sender's datagrams come from: a NAT may have changed it. */
    readonly source: SocketAddress,
    readonly receiver: Machine,
    readonly fields: HopFields,
  ) {}

  get toTag(): string {
    return `to-${this.receiver.name}`;
  }

  /** The same hop, for the next request of the dialog. */
  inDialog(via: string): Hop {
    return new Hop(this.log, this.sender, this.source, this.receiver, { ...this.fields, vias: [via], cseq: this.fields.cseq + 1 });
  }

  request(method: string, sending: Sending & { via?: string } = {}): void {
    const { fields } = this;
    const vias = method === 'INVITE' ? fields.vias : [sending.via ?? (fields.vias[0] as string)];
    const body = method === 'INVITE' ? fields.sdp : '';
    const lines = [
      `${method} sip:${fields.to}@lab.example SIP/2.0`,
      ...this.#headers(vias, method, sending, method !== 'ACK' ? fields.headers : []),
    ];
    this.#put(lines, body, false, sending);
  }

  respond(status: number, reason: string, sending: Sending & { method?: string; via?: string } = {}): void {
    const vias = sending.via === undefined ? [...(this.fields.stamped ?? this.fields.vias)] : [sending.via];
    if (sending.branch !== undefined) vias[0] = (vias[0] as string).replace(/branch=[^;]*/, `branch=${sending.branch}`);
    const toTag = status === 100 ? '' : (sending.toTag ?? this.toTag);
    this.#put(
      [`SIP/2.0 ${status} ${reason}`, ...this.#headers(vias, sending.method ?? 'INVITE', { ...sending, toTag })],
      '',
      true,
      sending,
    );
  }

  #headers(vias: readonly string[], method: string, { toTag = '' }: Sending, more: readonly string[] = []): string[] {
    const { callId, fromTag, from, to, compact, cseq } = this.fields;
    const [v, f, t, i] = compact ? ['v', 'f', 't', 'i'] : ['Via', 'From', 'To', 'Call-ID'];
    return [
      ...vias.map((via) => `${v}: ${via}`),
      `${f}: <sip:${from}@lab.example>;tag=${fromTag}`,
      `${t}: <sip:${to}@lab.example>${toTag === '' ? '' : `;tag=${toTag}`}`,
      `${i}: ${callId}`,
      `CSeq: ${cseq} ${method}`,
      ...more,
    ];
  }

  #put(lines: readonly string[], body: string, upwards: boolean, { astray, lost = false }: Sending): void {
    const text = `${lines.join('\r\n')}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const [from, to] = upwards ? [this.receiver, this.sender] : [this.sender, this.receiver];
    const [source, destination] = upwards ? [this.receiver.address, this.source] : [this.source, this.receiver.address];
    this.log.put({ from, to: astray ? astray.machine : to, source, destination: astray?.address ?? destination, text, lost });
  }
}

/** Datagrams with their times, in the order in which the story tells them; branches of a fork are told one after another. */
export class WireLog {
  readonly datagrams: Datagram[] = [];

  constructor(public now: number) {}

  put(datagram: Omit<Datagram, 'time'>): void {
    this.datagrams.push({ ...datagram, time: this.now });
    this.now += 0.6; // on the way, and in the element that acts next
  }

  wait(ms: number): void {
    this.now += ms;
  }
}
