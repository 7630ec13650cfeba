import type { LossKind } from './attempt.js';

/** What an engineer wants to read below a loss. */
export interface UsualCauses {
  readonly causes: string;
  readonly lookAt: string;
}

/** Experience, not evidence: what mostly stands behind a loss of each kind, and where to look. */
export const USUAL_CAUSES: Readonly<Record<LossKind, UsualCauses>> = {
  'not-acked': {
    causes:
      'The response was dropped before the transaction layer: an access list or firewall that does not trust the sender, ' +
      'a reply route that drops (Kamailio: drop in reply_route), or a top Via that the hop does not know as its own.',
    lookAt: "the hop's packet filter, its lists of trusted addresses, its reply routes, and the top Via of the response",
  },
  swallowed: {
    causes:
      'The transaction layer took the response, and a policy above it kept it: trust settings meant for a gateway that apply to a client, ' +
      'a failure route that never replies, or a B2BUA that does not pass failures on.',
    lookAt: "the hop's trust settings for the sender's address, its failure routes, and the failure option of a B2BUA's call set-up",
  },
  misdelivered: {
    causes:
      'The hop takes the address for the response from the wrong place: Via without rport behind a NAT, a wrong received, a published port.',
    lookAt: "the Via of the INVITE as the hop received it, its received and rport, and whether the sender's port is translated on the way",
  },
  'not-accepted': {
    causes:
      'The response does not match what the originator sent: a wrong branch or sent-by in its top Via, a Via too many, a wrong tag or Call-ID.',
    lookAt: "the response beside the originator's INVITE, header by header, and what the last hop does to headers",
  },
  'lost-on-wire': {
    causes:
      'The network between two capture points lost it and all its repetitions: a filter, a route that goes one way only, an overlong datagram in fragments.',
    lookAt: 'packet filters and routes between the two points, and the size of the datagram against the path MTU',
  },
};
