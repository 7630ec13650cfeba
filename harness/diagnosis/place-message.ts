import { sameSocketAddress } from '../platform/socket-address.js';
import type { TraceEvent } from '../trace/event.js';
import type { Call } from './call.js';
import type { Leg } from './leg.js';
import type { SipFields } from './sip-fields.js';

/** The leg that a response is for, and in which header it does not fit; undefined where no leg fits at all. */
export function placeResponse(call: Call, fields: SipFields, event: TraceEvent): { leg: Leg; fault: string | null } | undefined {
  const leg = call.legBy(fields.vias[0], fields.cseq);
  if (!leg) return placeMisfit(call, fields, event);
  const parent = call.parentOf(leg);
  if (parent && sameSocketAddress(event.source, parent.destination) && !sameSocketAddress(event.source, leg.destination)) {
    return { leg: parent, fault: "top Via (the hop's own, not taken off)" };
  }
  return { leg, fault: faultOf(leg, fields) };
}

/** A response that no INVITE's branch fits, on its way back between the two ends of a leg: its sender, or a hop, damaged it. */
function placeMisfit(call: Call, fields: SipFields, event: TraceEvent): { leg: Leg; fault: string } | undefined {
  const branch = fields.vias[0]?.branch;
  let found: Leg | undefined;
  for (const leg of call.legs.values()) {
    if (!leg.inviteSeen || !sameSocketAddress(leg.destination, event.source) || !leg.isReturnAddress(event.destination)) continue;
    const isSameBranch = branch !== undefined && branch === leg.vias[0]?.branch;
    if (isSameBranch) return { leg, fault: 'CSeq' };
    if (leg.cseq === fields.cseq) found = leg; // with neither branch nor CSeq in common it is another transaction's
  }
  return found && { leg: found, fault: fields.vias.length === 0 ? 'Via (there is none)' : 'Via branch' };
}

/** Compares what an INVITE's sender matches a response by (RFC 3261 §17.1.3, §18.1.2, §12.1.2). */
function faultOf(leg: Leg, fields: SipFields): string | null {
  if (!leg.inviteSeen) return null;
  const sent = leg.vias[0];
  const back = fields.vias[0];
  if (sent && back && (sent.host.toLowerCase() !== back.host.toLowerCase() || (sent.port ?? 5060) !== (back.port ?? 5060)))
    return 'Via sent-by';
  if (leg.fromTag !== undefined && fields.fromTag !== undefined && leg.fromTag !== fields.fromTag) return 'From tag';
  return null;
}

/** The leg whose answer an ACK with a branch of its own takes: the one that its sender had sent, and of several the likeliest. */
export function legOfAck(call: Call, fields: SipFields, event: TraceEvent): Leg | undefined {
  let found: Leg | undefined;
  let best = -1;
  for (const leg of call.legs.values()) {
    if (leg.cseq !== fields.cseq || leg.source.address !== event.source.address) continue;
    const score = likelihoodOfAck(leg, fields, event);
    if (score <= best) continue;
    found = leg;
    best = score;
  }
  return found;
}

/** RFC 3261 §13.2.2.4: it names the answer's To tag; it may go another way than the INVITE went. */
function likelihoodOfAck(leg: Leg, { toTag }: SipFields, { source, destination }: TraceEvent): number {
  const answered = leg.finals.some((final) => final.status < 300 && final.toTag === toTag);
  return (
    (answered ? 8 : 0) +
    (leg.source.port === source.port ? 4 : 0) + // where all are on one host, ports alone tell who sends
    (sameSocketAddress(leg.destination, destination) ? 2 : 0) +
    (leg.destination.address === destination.address ? 1 : 0)
  );
}

/** Responses that answer nothing but an INVITE (RFC 3261 §21). */
const INVITE_ONLY = new Set([180, 181, 182, 183, 486, 487, 600, 603]);

/** A packet that was cut off before its CSeq: the leg of its branch, where that is known, tells it. */
export function mended(fields: SipFields, leg: Leg | undefined): SipFields {
  if (fields.vias[0]?.branch === undefined) return fields;
  if (!leg) return fields.cseqMethod === undefined && INVITE_ONLY.has(fields.status) ? { ...fields, cseqMethod: 'INVITE' } : fields;
  // A CANCEL has the branch of its INVITE, so a 200 may be for either.
  const cseqMethod = fields.cseqMethod ?? (fields.status === 200 && leg.cancel ? 'CANCEL' : 'INVITE');
  return { ...fields, cseq: leg.cseq, cseqMethod };
}
