import type { SocketAddress } from '../platform/socket-address.js';
import type { TraceEvent } from '../trace/event.js';
import { Arrow } from './arrow.js';
import type { AttemptEventKind } from './attempt.js';
import { Call, type CallGroup } from './call.js';
import { Coverage } from './coverage.js';
import { Leg, legKey } from './leg.js';
import { LikenessIndex, siblingOf } from './likeness.js';
import { legOfAck, mended, placeResponse } from './place-message.js';
import { readSipFields, type SipFields } from './sip-fields.js';

const MAX_JOINED_CALLS = 32; // B2BUAs in a row, with all their forks
const MAX_LEGS = 512; // of one call: forks and retries of a lawful call stay far below
const MAX_ARROWS = 256; // of one leg
const MAX_ENDED = 100_000;

/** Sorts the messages of a trace into calls and legs, one event after another. */
export class CallTable {
  readonly coverage = new Coverage();
  readonly #calls = new Map<string, Call>();
  readonly #byBranch = new Map<string, { call: Call; leg: Leg }>();
  readonly #likeness = new LikenessIndex();
  /** Call-IDs of calls that were forgotten: their last retransmissions begin no new ones. */
  readonly #ended = new Set<string>();
  /** Time of the latest event. */
  lastTime = 0;
  /** SIP messages that name neither a call nor a branch, as in packets cut very short. */
  unattributable = 0;
  /** Messages left out since their call already had more than any lawful call has. */
  excess = 0;

  /** @param keepsMessages whether INVITEs and finals are kept as they were */
  constructor(private readonly keepsMessages = false) {}

  /** The groups; roughly the one that was silent longest first. */
  *groups(): IterableIterator<CallGroup> {
    for (const call of this.#calls.values()) if (call.group.calls[0] === call) yield call.group;
  }

  get size(): number {
    return this.#calls.size;
  }

  call(callId: string): Call | undefined {
    return this.#calls.get(callId);
  }

  /** Takes one sighting. Returns the call that it belongs to; undefined where it is none of a call set-up's. */
  add(event: TraceEvent): Call | undefined {
    if (event.time > this.lastTime) this.lastTime = event.time;
    this.coverage.add(event);
    const read = readSipFields(event.bytes);
    const fields = read?.cseq === -1 ? mended(read, this.#byBranch.get(read.vias[0]?.branch ?? '')?.leg) : read;
    if (!fields) return undefined;
    const call = fields.method === null ? this.#response(fields, event) : this.#request(fields, event);
    if (!call) return undefined;
    call.group.lastTime = Math.max(call.group.lastTime, event.time);
    this.#calls.delete(call.callId); // to the end: the map's order is the order of silence
    this.#calls.set(call.callId, call);
    return call;
  }

  /** Forgets a group. */
  drop(group: CallGroup): void {
    for (const call of group.calls) {
      this.#calls.delete(call.callId);
      if (this.#ended.size >= MAX_ENDED) this.#ended.clear();
      this.#ended.add(copied(call.callId));
      for (const leg of call.legs.values()) {
        this.#likeness.delete(leg);
        const branch = leg.vias[0]?.branch;
        if (branch !== undefined && this.#byBranch.get(branch)?.leg === leg) this.#byBranch.delete(branch);
      }
    }
  }

  #request(fields: SipFields, event: TraceEvent): Call | undefined {
    switch (fields.method) {
      case 'INVITE':
        return this.#invite(fields, event);
      case 'ACK':
        return this.#ack(fields, event);
      case 'CANCEL':
        return this.#cancel(fields, event);
      default:
        return undefined;
    }
  }

  #invite(fields: SipFields, event: TraceEvent): Call | undefined {
    const call = this.#callOf(fields, true);
    if (!call) return undefined;
    const leg = this.#legOf(call, fields, event.source, event.destination, event.time);
    if (!leg) return call;
    if (!leg.inviteSeen) {
      leg.learn(fields);
      leg.source = event.source;
      leg.destination = event.destination;
      if (!leg.inDialog) this.#link(call, leg);
    }
    leg.destination = event.destination; // where addresses are translated on the way, the last sighting is nearest to the receiver
    this.#draw(leg, 'invite', 0, fields, null, event);
    return call;
  }

  #ack(fields: SipFields, event: TraceEvent): Call | undefined {
    const call = this.#callOf(fields, false);
    if (!call) return undefined;
    // RFC 3261 §17.1.1.3: the ACK for a non-2xx has the INVITE's branch; that for a 2xx is a transaction of its own
    const leg = call.legBy(fields.vias[0], fields.cseq) ?? legOfAck(call, fields, event);
    if (leg) this.#draw(leg, 'ack', 0, fields, null, event);
    return call;
  }

  #cancel(fields: SipFields, event: TraceEvent): Call | undefined {
    const call = this.#callOf(fields, true);
    const leg = call && this.#legOf(call, fields, event.source, event.destination, event.time);
    if (leg) this.#draw(leg, 'cancel', 0, fields, null, event);
    return call;
  }

  #response(fields: SipFields, event: TraceEvent): Call | undefined {
    if (fields.cseqMethod !== 'INVITE' && fields.cseqMethod !== 'CANCEL') {
      if (fields.cseqMethod === undefined) this.unattributable += 1;
      return this.#responseToNothing(fields, event);
    }
    const isCancel = fields.cseqMethod === 'CANCEL';
    const known = this.#callOf(fields, false);
    const call = known ?? this.#callOf(fields, !isCancel);
    if (!call) return undefined;
    const place = placeResponse(call, fields, event) ?? this.#newPlace(call, fields, event);
    if (!place) return call;
    const { leg } = place;
    if (fields.vias.length > leg.vias.length && place.fault === null) leg.vias = fields.vias; // known so far from a CANCEL, which has one Via
    const fault =
      place.fault ?? (known && call.knowsCallId && fields.callId !== undefined && fields.callId !== call.callId ? 'Call-ID' : null);
    const kind: AttemptEventKind = isCancel ? 'cancel-response' : fields.status < 200 ? 'provisional' : 'final';
    this.#draw(leg, kind, fields.status, fields, fault, event);
    return call;
  }

  /** A response that names another method than INVITE, to the very branch of an INVITE: a faulty hop made it so. */
  #responseToNothing(fields: SipFields, event: TraceEvent): Call | undefined {
    const branch = fields.vias[0]?.branch;
    const known = branch === undefined ? undefined : this.#byBranch.get(branch);
    if (!known?.leg.inviteSeen || fields.status < 200) return undefined;
    this.#draw(known.leg, 'final', fields.status, fields, 'CSeq method', event);
    return known.call;
  }

  /** A response to an INVITE that the trace does not hold, as in captures that begin in the middle. */
  #newPlace(call: Call, fields: SipFields, event: TraceEvent): { leg: Leg; fault: null } | undefined {
    if (fields.cseqMethod === 'CANCEL') return undefined;
    const leg = this.#legOf(call, fields, event.destination, event.source, event.time);
    if (leg && call.answeredBefore(fields.cseq)) leg.inDialog = true;
    return leg && { leg, fault: null };
  }

  /** The call by Call-ID, or by any branch that is known: a packet cut short may have lost the one, a faulty hop the other. */
  #callOf(fields: SipFields, create: boolean): Call | undefined {
    const byId = fields.callId === undefined ? undefined : this.#calls.get(fields.callId);
    if (byId) return byId;
    for (const via of fields.vias) {
      const known = via.branch === undefined ? undefined : this.#byBranch.get(via.branch);
      if (!known) continue;
      const { call: found, leg } = known;
      if (fields.callId !== undefined && !found.knowsCallId) this.#rename(found, fields.callId);
      // A response of another Call-ID, spoilt by a hop; or of another call, by an element whose branches are not its own.
      const isSpoilt = fields.method === null && leg.inviteSeen && (fields.fromTag === undefined || leg.fromTag === fields.fromTag);
      if (fields.callId === undefined || found.callId === fields.callId || isSpoilt) return found;
    }
    if (!create || (fields.method !== 'INVITE' && fields.callId !== undefined && this.#ended.has(fields.callId))) return undefined;
    const branch = fields.vias.at(-1)?.branch;
    const callId = fields.callId ?? (branch === undefined ? undefined : `?${branch}`);
    if (callId === undefined) {
      this.unattributable += 1;
      return undefined;
    }
    const call = new Call(callId);
    this.#calls.set(callId, call);
    return call;
  }

  #rename(call: Call, callId: string): void {
    this.#calls.delete(call.callId);
    call.callId = callId;
    for (const leg of call.legs.values()) leg.callId = callId;
    this.#calls.set(callId, call);
  }

  #legOf(call: Call, fields: SipFields, source: SocketAddress, destination: SocketAddress, time: number): Leg | undefined {
    const known = call.legBy(fields.vias[0], fields.cseq);
    if (known) return known;
    const key = legKey(fields.vias[0], fields.cseq);
    if (call.legs.size >= MAX_LEGS) {
      this.excess += 1;
      return undefined;
    }
    const leg = new Leg(call.callId, key, fields.cseq, fields.vias, source, destination, time);
    call.legs.set(key, leg);
    const branch = fields.vias[0]?.branch;
    if (branch !== undefined && !this.#byBranch.has(branch)) this.#byBranch.set(branch, { call, leg });
    return leg;
  }

  /** Finds what an INVITE was made of: by Via within the call, by likeness across calls. */
  #link(call: Call, leg: Leg): void {
    const parent = call.parentOf(leg);
    if (parent) {
      parent.forwarded = true;
    } else {
      const likeness = this.#likeness.find(leg, call.legs.values());
      if (likeness && this.#merge(call, likeness.leg)) leg.madeOf = likeness;
      else leg.madeOf = siblingOf(leg, call.legs.values())?.madeOf ?? null;
    }
    this.#likeness.add(leg);
  }

  /** Puts two calls into one group; false where that has grown beyond what any lawful call makes of itself. */
  #merge(call: Call, front: Leg): boolean {
    const other = this.#calls.get(front.callId)?.group;
    if (!other || (other !== call.group && other.calls.length + call.group.calls.length > MAX_JOINED_CALLS)) return false;
    front.madeInto = true;
    if (other === call.group) return true;
    other.lastTime = Math.max(other.lastTime, call.group.lastTime);
    for (const moved of call.group.calls) {
      moved.group = other;
      other.calls.push(moved);
    }
    return true;
  }

  #draw(leg: Leg, kind: AttemptEventKind, status: number, fields: SipFields, fault: string | null, event: TraceEvent): void {
    const known = leg.arrows.find((arrow) => arrow.matches(kind, status, fields.toTag, fault, event));
    if (known) known.see(event);
    else if (leg.arrows.length < MAX_ARROWS) {
      leg.arrows.push(new Arrow(kind, status, fields.reason, fields.toTag, fault, event, this.keepsMessages));
    } else this.excess += 1;
  }
}

/** A string cut out of a message keeps all of the message in memory; a copy does not. */
function copied(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}
