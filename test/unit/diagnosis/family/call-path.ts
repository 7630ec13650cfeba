import type { Random } from '../../../../harness/platform/random.js';
import type { SocketAddress } from '../../../../harness/platform/socket-address.js';
import { Hop, type Machine, WireLog } from './wire-log.js';

/** The machines that calls share. */
export interface Network {
  readonly proxies: readonly Machine[];
  /** ms that each takes to route an INVITE, as where it asks a database; responses take none. */
  readonly inviteDelay: number;
  originator(index: number): Machine;
  target(index: number, fork: number): Machine;
}

export interface PathOptions {
  readonly random: Random;
  readonly network: Network;
  readonly index: number;
  readonly startsAt: number;
  /** How many targets the last proxy tries. */
  readonly forks: number;
  readonly rings: boolean;
}

const PHRASES: Readonly<Record<number, string>> = {
  200: 'OK',
  404: 'Not Found',
  408: 'Request Timeout',
  480: 'Temporarily Unavailable',
  486: 'Busy Here',
  487: 'Request Terminated',
  500: 'Server Internal Error',
  603: 'Decline',
};
const CHALLENGES = [407, 401];

/** The way of one call's INVITE over a random chain of proxies, among them perhaps a B2BUA, and what is sent to and fro on it. */
export class CallPath {
  readonly log: WireLog;
  readonly chain: readonly Machine[];
  readonly callIds: string[] = [];
  /** From the originator to the last of the chain. */
  readonly hops: Hop[];
  /** From there to the targets. */
  targets: readonly Hop[];
  readonly random: Random;
  readonly #natted: SocketAddress | null;
  readonly #b2bua: number;
  readonly #keepsSdp: boolean;
  readonly #challenged: boolean;
  readonly #compact: boolean;
  #branches = 0;

  constructor(private readonly options: PathOptions) {
    const { random, network, index } = options;
    this.random = random;
    this.log = new WireLog(options.startsAt);
    const length = 1 + random.below(network.proxies.length);
    const chain = network.proxies.slice(0, length);
    const first = chain[0] as Machine;
    this.chain = length > 1 && random.below(6) === 0 ? [...chain, first] : chain; // a spiral, RFC 3261 §6
    this.#natted = random.below(4) === 0 ? { address: `198.51.100.${1 + (index % 200)}`, port: 20_000 + index } : null;
    this.#b2bua = random.below(4) === 0 ? random.below(length) : -1;
    this.#keepsSdp = random.below(2) === 0;
    this.#compact = random.below(6) === 0;
    this.#challenged = random.below(4) === 0;
    if (this.#challenged) this.#challenge();
    this.hops = this.#inviteDown();
    this.targets = Array.from({ length: options.forks }, (_, fork) => this.tryTarget(fork));
  }

  get traits(): string[] {
    const b2bua = this.#b2bua < 0 ? '' : `B2BUA ${this.#b2bua}${this.#keepsSdp ? '' : ' with SDP of its own'}`;
    return [`${this.chain.length} hops`, b2bua, this.#natted ? 'NAT' : '', this.#challenged ? 'challenged' : ''];
  }

  /** One more leg from the last of the chain. */
  tryTarget(fork: number): Hop {
    const position = this.chain.length - 1;
    return this.#nextHop(
      this.hops.at(-1) as Hop,
      this.chain.at(-1) as Machine,
      this.options.network.target(this.options.index, fork),
      position,
    );
  }

  via(machine: Machine): string {
    this.#branches += 1;
    const { address, port } = machine.address;
    return `SIP/2.0/UDP ${address}:${port};branch=z9hG4bK${this.options.index}x${this.#branches}${this.random.token(6)}`;
  }

  /** The target gets its INVITE, and rings unless it is a silent one. */
  alert(target: Hop): void {
    target.request('INVITE');
    if (this.random.below(6) === 0) {
      this.log.wait(500);
      target.request('INVITE');
    }
    if (!this.options.rings) return;
    this.log.wait(this.random.below(40));
    for (const hop of [target, ...this.hops.toReversed()]) hop.respond(180, 'Ringing');
    this.log.wait(200 + this.random.below(9000));
  }

  /** A final over one hop, ACKed; now and then only when it is repeated. */
  pass(hop: Hop, status: number): void {
    hop.respond(status, PHRASES[status] as string);
    if (this.random.below(8) === 0) {
      this.log.wait(500);
      hop.respond(status, PHRASES[status] as string);
    }
    hop.request('ACK', { toTag: hop.toTag });
  }

  /** Over the hops of the chain, upwards: from the last one, or the one given, to the first, or the one given. */
  passUp(status: number, { from = this.hops.length - 1, until = 0 } = {}): void {
    for (let position = from; position >= until; position--) this.pass(this.hops[position] as Hop, status);
  }

  /** As often as RFC 3261 §17.2.1 repeats it. */
  repeat(hop: Hop, status: number, sending: Parameters<Hop['respond']>[2] = {}): void {
    for (let count = 0; count < 6; count++) {
      hop.respond(status, PHRASES[status] as string, sending);
      this.log.wait(Math.min(500 * 2 ** count, 4000));
    }
  }

  cancel(legs: readonly Hop[]): void {
    for (const leg of legs) {
      leg.request('CANCEL');
      leg.respond(200, 'OK', { method: 'CANCEL', via: leg.fields.vias[0] as string });
    }
  }

  /** 200, ACK, and in half of the calls a re-INVITE that is refused and a BYE. */
  answer(target: Hop): void {
    const legs = [target, ...this.hops.toReversed()];
    const toTag = target.toTag;
    for (const leg of legs) leg.respond(200, 'OK', { toTag });
    for (const leg of legs.toReversed()) leg.request('ACK', { via: this.via(leg.sender), toTag });
    if (this.random.below(2) !== 0) return;
    this.log.wait(1000);
    const again = legs.map((leg) => leg.inDialog(this.via(leg.sender)));
    for (const leg of again.toReversed()) leg.request('INVITE', { toTag });
    for (const leg of again) leg.respond(488, 'Not Acceptable Here', { toTag });
    for (const leg of again.toReversed()) leg.request('ACK', { toTag });
    const bye = again.map((leg) => leg.inDialog(this.via(leg.sender)));
    for (const leg of bye.toReversed()) leg.request('BYE', { toTag });
    for (const leg of bye) leg.respond(200, 'OK', { method: 'BYE', toTag });
  }

  #challenge(): void {
    const hop = this.#firstHop(1);
    hop.request('INVITE');
    hop.respond(CHALLENGES[this.random.below(2)] as number, 'Who Are You');
    hop.request('ACK', { toTag: hop.toTag });
    this.log.wait(this.random.below(30));
  }

  #firstHop(cseq: number): Hop {
    const { index, network } = this.options;
    const machine = network.originator(index);
    this.callIds[0] ??= `${this.random.token(12)}@${machine.name}`;
    const own = this.via(machine);
    const via = this.#natted ? `${own.replace(/UDP [^;]*/, 'UDP 192.168.1.7:5060')};rport` : own;
    return new Hop(this.log, machine, this.#natted ?? machine.address, this.chain[0] as Machine, {
      callId: this.callIds[0],
      cseq,
      fromTag: `tag${index}`,
      from: `caller${index}`,
      to: `user${index}`,
      vias: [via],
      stamped: [this.#natted ? via.replace(';rport', `;rport=${this.#natted.port};received=${this.#natted.address}`) : via],
      sdp: sdpOf(1_000_000 + index),
      headers: cseq > 1 ? ['Proxy-Authorization: Digest username="a", response="0123456789abcdef"'] : [],
      compact: this.#compact,
    });
  }

  #inviteDown(): Hop[] {
    const hops = [this.#firstHop(this.#challenged ? 2 : 1)];
    for (const [index, machine] of this.chain.entries()) {
      const hop = hops.at(-1) as Hop;
      hop.request('INVITE');
      if (this.random.below(5) !== 0) hop.respond(100, 'Trying');
      this.log.wait(this.random.below(5) === 0 ? 20 : this.options.network.inviteDelay);
      const next = this.chain[index + 1];
      if (next) hops.push(this.#nextHop(hop, machine, next, index));
    }
    return hops;
  }

  #nextHop(hop: Hop, sender: Machine, receiver: Machine, position: number): Hop {
    const vias = [this.via(sender), ...(hop.fields.stamped ?? hop.fields.vias)];
    const { stamped: _stamped, ...passedOn } = hop.fields;
    const fields = { ...passedOn, headers: [], vias };
    if (position !== this.#b2bua) return new Hop(this.log, sender, sender.address, receiver, fields);
    const callId = (this.callIds[1] ??= `${this.random.token(12)}-b`);
    return new Hop(this.log, sender, sender.address, receiver, {
      ...fields,
      callId,
      fromTag: this.random.token(8),
      cseq: 1 + this.random.below(100),
      vias: [fields.vias[0] as string],
      sdp: this.#keepsSdp ? fields.sdp : sdpOf(7_000_000 + this.options.index),
    });
  }
}

function sdpOf(session: number): string {
  return `v=0\r\no=- ${session} 1 IN IP4 10.0.0.9\r\ns=-\r\n`;
}
