import type { SocketAddress } from '../../../harness/platform/socket-address.js';
import type { Sighting, TraceEvent } from '../../../harness/trace/event.js';

/**
 * How the trace was taken. `sockets`: every socket is watched, as in our own runs. `wire`: one capture point sees all.
 * A list of hosts: their sockets alone are watched. A function: the capture points that see what goes from one to another.
 */
export type View = 'sockets' | 'wire' | readonly Host[] | ((from: string, to: string) => readonly string[]);

export class Host {
  constructor(
    readonly name: string,
    readonly address: SocketAddress,
  ) {}
}

export interface InviteOptions {
  callId?: string;
  cseq?: number;
  branch?: string;
  from?: string;
  to?: string;
  user?: string;
  toTag?: string;
  sdp?: string;
  fromTag?: string;
  headers?: string[];
}

interface Sending {
  /** Instead of to where it belongs. */
  to?: SocketAddress;
  lost?: boolean;
  /** Header values that replace the right ones. */
  branch?: string;
  sentBy?: string;
  callId?: string;
  fromTag?: string;
  toTag?: string;
  cseq?: number;
  cseqMethod?: string;
  headers?: string[];
}

/** Writes traces of calls as a story: who sends what to whom, one line each. Every datagram takes 1 ms, and 1 ms passes between two. */
export class TraceBuilder {
  readonly events: TraceEvent[] = [];
  now = 0;
  #branches = 0;

  constructor(private readonly view: View = 'sockets') {}

  host(name: string, address: string, port = 5060): Host {
    return new Host(name, { address, port });
  }

  wait(ms: number): this {
    this.now += ms;
    return this;
  }

  /** A new call: the originator's INVITE. */
  invite(from: Host, to: Host, options: InviteOptions = {}): InviteLeg {
    const branch = options.branch ?? this.branch();
    const leg = new InviteLeg(this, from, to, [via(from, branch)], { callId: `call-of-${from.name}`, cseq: 1, ...options });
    leg.send();
    return leg;
  }

  branch(): string {
    return `z9hG4bK${++this.#branches}`;
  }

  datagram(text: string, source: SocketAddress, destination: SocketAddress, hosts: { from: Host; to: Host }, lost = false): void {
    const bytes = Buffer.from(text, 'latin1');
    const see = (point: string, sighting: Sighting, delay: number): void => {
      this.events.push({
        sequence: this.events.length,
        time: this.now + delay,
        point,
        sighting,
        transport: 'udp',
        source,
        destination,
        bytes,
      });
    };
    const { from, to } = hosts;
    if (typeof this.view === 'function') {
      const points = this.view(from.name, to.name);
      points.forEach((point, index) => {
        if (!lost || index === 0) see(point, 'passing', index * 0.5);
      });
    } else if (this.view === 'wire') {
      see('eth0', 'passing', 0);
    } else {
      const watched = (host: Host): boolean => this.view === 'sockets' || (this.view as readonly Host[]).includes(host);
      if (watched(from)) see(from.name, 'sent', 0);
      const arrives = !lost && destination.address === to.address.address && destination.port === to.address.port;
      if (watched(to) && arrives) see(to.name, 'received', 1);
    }
    this.now += 2;
  }
}

function via(host: Host, branch: string): string {
  return `SIP/2.0/UDP ${bracketed(host.address.address)}:${host.address.port};branch=${branch}`;
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

/** One hop of an INVITE, with what goes over it. */
export class InviteLeg {
  readonly callId: string;
  readonly cseq: number;

  constructor(
    private readonly trace: TraceBuilder,
    readonly source: Host,
    readonly destination: Host,
    readonly vias: readonly string[],
    private readonly options: InviteOptions & { callId: string; cseq: number },
  ) {
    this.callId = options.callId;
    this.cseq = options.cseq;
  }

  /** Sends the INVITE; again for a retransmission. */
  send(sending: Sending = {}): this {
    const { user = 'bob', sdp, toTag, headers = [] } = this.options;
    const body = sdp === undefined ? '' : `v=0\r\no=${sdp}\r\ns=-\r\n`;
    this.#request('INVITE', this.vias, { ...sending, toTag: toTag ?? '' }, headers, body, user);
    return this;
  }

  /** A proxy's next leg: one Via more. */
  forward(to: Host, options: { branch?: string; cseq?: number } = {}): InviteLeg {
    const vias = [via(this.destination, options.branch ?? this.trace.branch()), ...this.vias];
    const leg = new InviteLeg(this.trace, this.destination, to, vias, this.options);
    leg.send();
    return leg;
  }

  /** The originator's next try of the same call. */
  again(options: InviteOptions): InviteLeg {
    return this.trace.invite(this.source, this.destination, { ...this.options, cseq: this.cseq + 1, ...options });
  }

  /** A response from the leg's destination back to its source. */
  respond(status: number, reason: string, sending: Sending = {}): this {
    const vias = [...this.vias];
    if (sending.branch !== undefined) vias[0] = (vias[0] ?? '').replace(/branch=.*/, `branch=${sending.branch}`);
    if (sending.sentBy !== undefined) vias[0] = (vias[0] ?? '').replace(/UDP \S+?;/, `UDP ${sending.sentBy};`);
    const lines = [
      `SIP/2.0 ${status} ${reason}`,
      ...vias.map((value) => `Via: ${value}`),
      ...this.#common('INVITE', { toTag: 'callee', ...sending }),
    ];
    this.trace.datagram(
      text(lines),
      this.destination.address,
      sending.to ?? this.source.address,
      { from: this.destination, to: this.source },
      sending.lost,
    );
    return this;
  }

  ring(): this {
    return this.respond(180, 'Ringing');
  }

  busy(sending: Sending = {}): this {
    return this.respond(486, 'Busy Here', sending);
  }

  /** A final with retransmissions as RFC 3261 §17.2.1 times them. */
  busyRepeated(times: number, sending: Sending = {}): this {
    for (let count = 0; count < times; count++) {
      this.busy(sending);
      if (count + 1 < times) this.trace.wait(Math.min(10 * 2 ** count, 80));
    }
    return this;
  }

  ack(sending: Sending = {}): this {
    return this.#request('ACK', this.vias.slice(0, 1), { toTag: 'callee', ...sending });
  }

  /** The ACK for a 2xx, with a branch of its own, sent from the leg's source. */
  ackAnswer(to: Host = this.destination, sending: Sending = {}): this {
    return this.#request('ACK', [via(this.source, this.trace.branch())], { toTag: 'callee', to: to.address, ...sending });
  }

  cancel(sending: Sending = {}): this {
    return this.#request('CANCEL', this.vias.slice(0, 1), sending);
  }

  cancelAnswered(): this {
    const lines = ['SIP/2.0 200 OK', `Via: ${this.vias[0]}`, ...this.#common('CANCEL', { toTag: 'callee' })];
    this.trace.datagram(text(lines), this.destination.address, this.source.address, { from: this.destination, to: this.source });
    return this;
  }

  #request(method: string, vias: readonly string[], sending: Sending, headers: string[] = [], body = '', user = 'bob'): this {
    const lines = [
      `${method} sip:${user}@lab.example SIP/2.0`,
      ...vias.map((value) => `Via: ${value}`),
      ...this.#common(method, sending),
      ...headers,
    ];
    this.trace.datagram(
      text(lines, body),
      this.source.address,
      sending.to ?? this.destination.address,
      { from: this.source, to: this.destination },
      sending.lost,
    );
    return this;
  }

  #common(method: string, sending: Sending): string[] {
    const {
      callId = this.callId,
      fromTag = this.options.fromTag ?? `tag-${this.callId}`,
      toTag = '',
      cseq = this.cseq,
      cseqMethod = method,
      headers = [],
    } = sending;
    const { from = this.source.name, to = this.options.user ?? 'bob' } = this.options;
    return [
      `From: "Someone" <sip:${from}@lab.example>;tag=${fromTag}`,
      `To: <sip:${to}@lab.example>${toTag === '' ? '' : `;tag=${toTag}`}`,
      `Call-ID: ${callId}`,
      `CSeq: ${cseq} ${cseqMethod}`,
      ...headers,
    ];
  }
}

function text(lines: readonly string[], body = ''): string {
  return `${lines.join('\r\n')}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}
