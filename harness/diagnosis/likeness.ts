import { sameSocketAddress } from '../platform/socket-address.js';
import { type Leg, type Likeness, viaAddress } from './leg.js';

/** How many of the latest legs with a common trait are compared: calls that a B2BUA has not yet carried on are few. */
const MAX_CANDIDATES = 64;
/** A leg behind a B2BUA may be seen this much before the one in front, where clocks of two captures were set by estimate. */
const CLOCK_SLACK_MS = 1;
const ENOUGH_AT_SAME_HOST = 5;
const ENOUGH_ELSEWHERE = 10;
/** A B2BUA with a foot in two networks carries a call on at once; later likeness may be chance. */
const PROMPT_MS = 500;
/** A marker this long is one attempt's alone; a shorter one may be a name that every run of a test gives again. */
const UNIQUE_MARKER = 16;
/** What a widespread test tool writes into every call: no sign that two are one. */
const SAME_IN_EVERY_CALL = /\b53655765 2353687637\b/;

/** Finds, for the first leg of a new call, the leg of another call that a B2BUA may have made it of. */
export class LikenessIndex {
  readonly #byTrait = new Map<string, Leg[]>();

  /**
   * The likeliest leg, or null: a wrong link is worse than none.
   * @param ofSameCall legs with the same Call-ID: some B2BUAs keep it
   */
  find(leg: Leg, ofSameCall: Iterable<Leg>): Likeness | null {
    let best: Scored | undefined;
    const hosts = originHosts(leg);
    const traits = hosts.flatMap((host) => traitsOf(leg, host));
    for (const candidates of [ofSameCall, ...traits.map((trait) => this.#byTrait.get(trait) ?? [])]) {
      for (const candidate of candidates) best = better(best, candidate, leg);
    }
    return best ? { leg: best.leg, by: best.by } : null;
  }

  add(leg: Leg): void {
    for (const trait of traitsOf(leg, leg.destination.address)) {
      const legs = this.#byTrait.get(trait);
      if (!legs) this.#byTrait.set(trait, [leg]);
      else if (legs.push(leg) > MAX_CANDIDATES) legs.shift();
    }
  }

  delete(leg: Leg): void {
    for (const trait of traitsOf(leg, leg.destination.address)) {
      const legs = this.#byTrait.get(trait);
      const at = legs?.indexOf(leg) ?? -1;
      if (at !== -1) legs?.splice(at, 1);
      if (legs?.length === 0) this.#byTrait.delete(trait);
    }
  }
}

interface Scored {
  readonly leg: Leg;
  readonly score: number;
  readonly by: string;
}

function better(best: Scored | undefined, candidate: Leg, leg: Leg): Scored | undefined {
  if (candidate === best?.leg || !couldCarryOn(candidate, leg)) return best;
  const likeness = compare(candidate, leg);
  return likeness && (best === undefined || likeness.score > best.score) ? { leg: candidate, ...likeness } : best;
}

/** Where legs that have something in common meet: at a host, or anywhere for what hardly two calls share by chance. */
function traitsOf(leg: Leg, host: string): string[] {
  const traits: string[] = [];
  const at = (kind: string, value: string | undefined): void => {
    if (value !== undefined) traits.push(`${kind}@${host} ${value}`);
  };
  at('user', leg.requestUser);
  if (leg.toUser !== leg.requestUser) at('user', leg.toUser);
  at('sdp', leg.sdpOrigin);
  at('marker', leg.marker);
  if (isUnique(leg.marker)) traits.push(`marker ${leg.marker}`);
  if (leg.sessionId !== undefined) traits.push(`session ${leg.sessionId}`);
  if (leg.sdpOrigin !== undefined && !SAME_IN_EVERY_CALL.test(leg.sdpOrigin)) traits.push(`sdp ${leg.sdpOrigin}`);
  return traits;
}

/** Hosts that may have made this leg's call: its sender, or who stands at the end of its Via stack, proxies between not being seen. */
function originHosts(leg: Leg): string[] {
  const bottom = leg.vias.at(-1);
  const sender = leg.source.address;
  const origin = leg.vias.length > 1 && bottom ? viaAddress(bottom).address : sender;
  return origin === sender ? [sender] : [sender, origin];
}

function isUnique(marker: string | undefined): boolean {
  return marker !== undefined && marker.length >= UNIQUE_MARKER;
}

/** Whether `front`'s receiver may still have made a call of it when `behind` began. */
function couldCarryOn(front: Leg, behind: Leg): boolean {
  if (front === behind || front.inDialog || front.forwarded || !front.inviteSeen) return false;
  if (isNamedInStack(front, behind)) return false; // carried on by proxies, that the trace does not show
  if (front.firstTime > behind.firstTime + CLOCK_SLACK_MS) return false;
  const final = front.firstFinal;
  if (final && final.firstTime < behind.firstTime - CLOCK_SLACK_MS) return false;
  if (sameSocketAddress(front.source, behind.source) || sameSocketAddress(front.destination, behind.destination)) return false;
  for (let leg: Leg | undefined = front; leg; leg = leg.madeOf?.leg) if (leg === behind) return false;
  return true;
}

function isNamedInStack(front: Leg, behind: Leg): boolean {
  const branch = front.vias[0]?.branch;
  return branch !== undefined && front.callId === behind.callId && behind.vias.some((via) => via.branch === branch);
}

function compare(front: Leg, behind: Leg): { score: number; by: string } | null {
  const sameHost = originHosts(behind).includes(front.destination.address);
  if (!sameHost && !couldBeElsewhere(front, behind)) return null;
  if (front.marker !== undefined && behind.marker !== undefined) {
    if (front.marker !== behind.marker || !(sameHost || isUnique(front.marker))) return null;
    return { score: front.madeInto ? 99 : 100, by: 'the same attempt marker' };
  }
  const common: string[] = [];
  let score = 0;
  const count = (points: number, holds: boolean, words: string): void => {
    if (!holds) return;
    score += points;
    common.push(words);
  };
  count(10, equal(front.sessionId, behind.sessionId), 'the same Session-ID');
  count(8, front.callId === behind.callId, 'the same Call-ID');
  const isTelling = sameHost || !SAME_IN_EVERY_CALL.test(front.sdpOrigin ?? '');
  count(8, isTelling && equal(front.sdpOrigin, behind.sdpOrigin), 'the same SDP origin line');
  count(3, sharesTarget(front, behind), 'the same called user');
  count(2, equal(front.fromUser, behind.fromUser), 'the same calling user');
  if (isCallOfItsOwn(front, behind)) score -= 6;
  if (sameHost && behind.source.port === front.destination.port) score += 1;
  if (score < (sameHost ? ENOUGH_AT_SAME_HOST : ENOUGH_ELSEWHERE)) return null;
  if (front.madeInto) score -= 1; // of two that are alike, the one that nothing was made of yet
  return { score, by: `${common.join(', ')} and the time` };
}

/** A B2BUA that sends from another address than it receives at. Much else looks like one, so this asks for more. */
function couldBeElsewhere(front: Leg, behind: Leg): boolean {
  if (behind.firstTime - front.firstTime > PROMPT_MS || hasRung(front)) return false;
  // Who has sent the first call on its way, or is its next hop's peer, makes calls of his own.
  const before = [front.source.address, ...front.vias.map((via) => viaAddress(via).address)];
  return !originHosts(behind).some((host) => before.includes(host)) && behind.destination.address !== front.source.address;
}

/** The called user calls somebody: nothing that a B2BUA made of the first call. */
function isCallOfItsOwn(front: Leg, behind: Leg): boolean {
  return behind.fromUser !== undefined && behind.fromUser !== front.fromUser && behind.fromUser === (front.toUser ?? front.requestUser);
}

function sharesTarget(front: Leg, behind: Leg): boolean {
  const users = [front.requestUser, front.toUser];
  return [behind.requestUser, behind.toUser].some((user) => user !== undefined && users.includes(user));
}

function equal(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && one === other;
}

function hasRung(leg: Leg): boolean {
  return leg.arrows.some((arrow) => arrow.kind === 'provisional' && arrow.status > 100);
}

/** Another branch of the same B2BUA's call, of which it is known what it was made of. */
export function siblingOf(leg: Leg, ofSameCall: Iterable<Leg>): Leg | undefined {
  for (const other of ofSameCall) {
    if (other.madeOf && sameSocketAddress(other.source, leg.source)) return other;
  }
  return undefined;
}
