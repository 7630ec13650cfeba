import { type SocketAddress, sameSocketAddress } from '../platform/socket-address.js';
import { MAGIC_COOKIE } from '../sip/branch.js';
import type { Arrow } from './arrow.js';
import type { SipFields, ViaFields } from './sip-fields.js';

/** A link between two calls, concluded from what they have in common. */
export interface Likeness {
  readonly leg: Leg;
  /** What they have in common, in words. */
  readonly by: string;
}

/** One hop of an INVITE: a client transaction and the server transaction that faces it. */
export class Leg {
  readonly arrows: Arrow[] = [];
  /** The leg of another call that a B2BUA seems to have made this one of, and by what it is known. */
  madeOf: Likeness | null = null;
  /** Whether a B2BUA's leg was found that seems made of this one. */
  madeInto = false;
  /** Whether a proxy's legs are known to have been made of this one. */
  forwarded = false;
  /** Whether the INVITE itself was seen; else all is known from responses, or from the Via headers of others. */
  inviteSeen = false;
  inDialog = false;
  credentials = false;
  requestUser: string | undefined;
  fromUser: string | undefined;
  toUser: string | undefined;
  fromTag: string | undefined;
  marker: string | undefined;
  sessionId: string | undefined;
  sdpOrigin: string | undefined;

  constructor(
    public callId: string,
    readonly key: string,
    readonly cseq: number,
    /** From this hop's own on; empty where a truncated packet kept none. */
    public vias: readonly ViaFields[],
    public source: SocketAddress,
    public destination: SocketAddress,
    public firstTime: number,
  ) {}

  /** Takes over what only the INVITE tells. */
  learn(fields: SipFields): void {
    this.inviteSeen = true;
    this.inDialog = fields.toTag !== undefined;
    this.credentials = fields.credentials;
    this.requestUser = fields.requestUser;
    this.fromUser = fields.fromUser;
    this.toUser = fields.toUser;
    this.fromTag = fields.fromTag;
    this.marker = fields.marker;
    this.sessionId = fields.sessionId;
    this.sdpOrigin = fields.sdpOrigin;
  }

  /** Finals that its destination sent, in order of time. */
  get finals(): Arrow[] {
    return this.arrows.filter((arrow) => arrow.kind === 'final');
  }

  get firstFinal(): Arrow | undefined {
    return this.arrows.find((arrow) => arrow.kind === 'final');
  }

  get cancel(): Arrow | undefined {
    return this.arrows.find((arrow) => arrow.kind === 'cancel');
  }

  /** Whether the INVITE's sender says by Via that it got it from somebody else. */
  get cameFromElsewhere(): boolean {
    return this.vias.length > 1;
  }

  /** ACKs from the INVITE's sender. */
  acked(final: Arrow): Arrow | undefined {
    return this.arrows.find((arrow) => arrow.kind === 'ack' && arrow.lastTime >= final.firstTime && acknowledges(arrow, final));
  }

  /** An ACK tells of a final that is not in the trace; its To tag is that final's (RFC 3261 §17.1.1.3). */
  ackOfUnseenFinal(since: number): Arrow | undefined {
    return this.firstFinal ? undefined : this.arrows.find((arrow) => arrow.kind === 'ack' && arrow.lastTime >= since);
  }

  get lastTime(): number {
    return this.arrows.reduce((latest, arrow) => Math.max(latest, arrow.lastTime), this.firstTime);
  }

  /** When anything last said that the branch is alive: its INVITE, or the last 101–199, which alone start Timer C anew (RFC 3261 §16.7 item 2). */
  get lastSign(): number {
    let last = this.firstTime;
    for (const { kind, status, lastTime } of this.arrows) {
      if (kind === 'invite' || (kind === 'provisional' && status > 100)) last = Math.max(last, lastTime);
    }
    return last;
  }

  /** Capture points at which anything of this leg went the same way or back: they should see this message too. */
  pointsSeeing(message: Arrow): string[] {
    const points: string[] = [];
    for (const arrow of this.arrows) {
      if (!isBetweenSameHosts(arrow, message)) continue;
      for (const transmission of arrow.transmissions) {
        for (const point of transmission.points) if (!points.includes(point)) points.push(point);
      }
    }
    return points;
  }

  /** The INVITE was seen with several sources: addresses are translated on the way. */
  get isTranslated(): boolean {
    return this.arrows.some((arrow) => arrow.kind === 'invite' && !sameSocketAddress(arrow.source, this.source));
  }

  /** Whether a response addressed there goes back to where the INVITE came from. */
  isReturnAddress(destination: SocketAddress): boolean {
    if (sameSocketAddress(destination, this.source)) return true;
    return this.arrows.some((arrow) => arrow.kind === 'invite' && sameSocketAddress(arrow.source, destination));
  }
}

function isBetweenSameHosts(one: Arrow, other: Arrow): boolean {
  const [from, to] = [other.source, other.destination];
  if (from.address === to.address) {
    // On one host, as in a lab on 127.0.0.1, ports tell the elements apart.
    const ports = [one.source.port, one.destination.port];
    return one.source.address === from.address && ports.includes(from.port) && ports.includes(to.port);
  }
  const hosts = [one.source.address, one.destination.address];
  return hosts.includes(from.address) && hosts.includes(to.address);
}

/** An ACK for a 2xx names the To tag of the answer that it takes (RFC 3261 §13.2.2.4); others are matched by branch already. */
function acknowledges(ack: Arrow, final: Arrow): boolean {
  if (final.status > 299 || ack.toTag === undefined || final.toTag === undefined) return true;
  return ack.toTag === final.toTag;
}

/** What identifies a leg within a call: the branch where it is unique by RFC 3261 §8.1.1.7, else RFC 2543's way. */
export function legKey(via: ViaFields | undefined, cseq: number): string {
  if (via === undefined) return `?|${cseq}`;
  return via.branch?.startsWith(MAGIC_COOKIE) ? `${via.branch}|${cseq}` : `${via.branch ?? ''}@${via.host}:${via.port ?? 5060}|${cseq}`;
}

/** Where a Via says that responses go (RFC 3261 §18.2.2, RFC 3581 §4). */
export function viaAddress(via: ViaFields): SocketAddress {
  return { address: via.received ?? via.host, port: via.rport ?? via.port ?? 5060 };
}
