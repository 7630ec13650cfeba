import type { SocketAddress } from '../platform/socket-address.js';
import type { Arrow } from './arrow.js';
import type { Evidence } from './evidence.js';
import type { Leg } from './leg.js';
import type { LegNode } from './leg-tree.js';
import { nameOf } from './options.js';
import { isOutOfSight } from './out-of-sight.js';
import { durationText, repetitionText, responseText } from './wording.js';

function text(final: Arrow): string {
  return responseText(final.status, final.reason);
}

function byLikeness(node: LegNode, { options }: Evidence): string {
  if (!node.likeness) return '';
  const { leg, by } = node.likeness;
  return ` That this leg (Call-ID ${node.leg.callId}) belongs to the call from ${nameOf(options, leg.source)} (Call-ID ${leg.callId}) is concluded from ${by}.`;
}

const BROKEN = 'A part of the capture from that time could not be read: what is missing may stand there.';

export function notAcked(node: LegNode, hop: SocketAddress, final: Arrow, evidence: Evidence): string {
  const { options, end } = evidence;
  const sender = nameOf(options, node.leg.destination);
  const seen = evidence.coverage.arrived(final, node.leg) === true ? 'reached' : 'was sent to';
  const upstream = node.parent?.leg.firstFinal;
  const later = upstream && upstream.firstTime >= final.firstTime;
  const instead = later
    ? `what it sent upstream is ${text(upstream)}, ${durationText(upstream.firstTime - final.firstTime)} after the first`
    : `it sent no final upstream in the ${durationText(end - final.firstTime)} until the trace ends`;
  const fault =
    final.fault === null ? '' : ` The response does not fit the INVITE that ${nameOf(options, hop)} sent: ${final.fault} differs.`;
  const doubt =
    seen === 'was sent to' && isOutOfSight(node, evidence.coverage)
      ? ` Only those that ${nameOf(options, hop)} talks to were watched: whether it arrived there is concluded.`
      : final.count === 1 && evidence.coverage.isBrokenAfter(final.firstTime)
        ? ` ${BROKEN}`
        : '';
  return `${sender}'s ${text(final)} ${seen} ${nameOf(options, hop)} ${repetitionText(final)} and was never ACKed; ${instead}.${doubt}${fault}${byLikeness(node, evidence)}`;
}

export function swallowed(
  node: LegNode,
  hop: SocketAddress,
  final: Arrow,
  quiet: number,
  instead: Arrow | undefined,
  evidence: Evidence,
): string {
  const { options } = evidence;
  const name = nameOf(options, hop);
  const ack = node.leg.acked(final);
  const took = ack
    ? `ACKed ${nameOf(options, node.leg.destination)}'s ${text(final)} after ${durationText(ack.firstTime - final.firstTime)}`
    : `got ${nameOf(options, node.leg.destination)}'s ${text(final)}`;
  const then = instead
    ? `sent no final upstream for ${durationText(quiet)}, and then ${text(instead)} instead of it`
    : `sent no final upstream in the ${durationText(quiet)} that followed`;
  const unseen =
    node.parent?.seen === false
      ? ` The trace holds nothing of ${name}'s upstream side, so it cannot show whether the response went on there.`
      : instead
        ? ''
        : whatWasNotSeen(node, name, final, quiet, evidence);
  return `${name} ${took} and ${then}.${unseen}${byLikeness(node, evidence)}`;
}

/** Why silence upstream may not be all that there was. */
function whatWasNotSeen(node: LegNode, name: string, final: Arrow, quiet: number, { coverage, options }: Evidence): string {
  if (node.parent?.leg.ackOfUnseenFinal(final.firstTime))
    return ' An ACK from upstream tells of a final that is not in the trace, and whether it was this one cannot be told.';
  if (coverage.isBrokenAfter(final.firstTime)) return ` ${BROKEN}`;
  if (quiet < options.horizonMs) return ' The trace ends so soon that it cannot show whether the response would still have gone on.';
  if (isOutOfSight(node, coverage)) return ` Only those that ${name} talks to were watched: that it sent it nowhere is concluded.`;
  return '';
}

export function misdelivered(node: LegNode, final: Arrow, { options }: Evidence): string {
  const { leg } = node;
  const via = leg.vias[0];
  const hint = via
    ? ` Its Via says ${via.host}${via.port === undefined ? '' : `:${via.port}`}${via.rport === undefined ? '' : `, rport ${via.rport}`}.`
    : '';
  const origin = leg.inviteSeen
    ? `but the INVITE had come from ${nameOf(options, leg.source)}; no ACK followed`
    : 'not to where its Via says that the INVITE had come from, which is not in the trace; no ACK followed';
  return `${nameOf(options, leg.destination)} sent the ${text(final)} ${repetitionText(final)} to ${nameOf(options, final.destination)}, ${origin}.${hint}`;
}

export function notAccepted(node: LegNode, final: Arrow, evidence: Evidence): string {
  const { options } = evidence;
  const originator = nameOf(options, node.leg.source);
  const why = !node.leg.inviteSeen
    ? ' The INVITE is not in the trace, so whether the response fits it cannot be told.'
    : final.fault === null
      ? ' Nothing by which a client matches responses looks wrong in it.'
      : ` It does not fit the INVITE: ${final.fault} differs, and ${nameOf(options, node.leg.destination)} sent it so.`;
  const seen = evidence.coverage.arrived(final, node.leg) === true ? 'reached the socket of' : 'was seen on its way to';
  return `The ${text(final)} ${seen} ${originator} ${repetitionText(final)}, and ${originator} never ACKed it.${why}`;
}

export function lostOnWire(final: Arrow, missing: readonly string[], watched: boolean, evidence: Evidence): string {
  const { options } = evidence;
  const where = missing.length > 0 ? `at ${missing.join(', ')}` : `at ${nameOf(options, final.destination)}`;
  const seenAt = [...final.points];
  const left = seenAt.length > 0 ? ` (seen at ${seenAt.join(', ')})` : '';
  const doubt = watched ? '' : ` Nothing at all is recorded ${where} after that, so the capture there may just have ended.`;
  return `${nameOf(options, final.source)} sent the ${text(final)} ${repetitionText(final)} to ${nameOf(options, final.destination)}${left}; none of it was seen ${where}.${doubt}`;
}

export function lostAtTranslation(leg: Leg, final: Arrow, { options }: Evidence): string {
  return (
    `${nameOf(options, final.source)} sent the ${text(final)} ${repetitionText(final)} to ${nameOf(options, final.destination)}, the translated address of ` +
    `${nameOf(options, leg.source)}; none of it was seen on that side of the translation, where the INVITE was.`
  );
}

export function altered(hopName: string, node: LegNode, final: Arrow, upstream: Arrow, evidence: Evidence): string {
  const rule =
    final.status === 503 && upstream.status === 500 ? ' RFC 3261 §16.7 demands this of a proxy that has nothing better than a 503.' : '';
  const delay = durationText(Math.max(0, upstream.firstTime - final.firstTime));
  const doubt =
    node.parent?.leg.inviteSeen === true ? '' : ' The call began before the trace did: another branch, not in it, may have brought that.';
  return `${hopName} got ${nameOf(evidence.options, node.leg.destination)}'s ${text(final)} and sent ${text(upstream)} upstream ${delay} later.${rule}${doubt}${byLikeness(node, evidence)}`;
}
