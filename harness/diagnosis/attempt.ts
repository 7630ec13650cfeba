import type { SocketAddress } from '../platform/socket-address.js';

/** The ways in which a final response is lost. */
export type LossKind = 'not-acked' | 'swallowed' | 'misdelivered' | 'not-accepted' | 'lost-on-wire';

/** `seen`: the packets show it. `inferred`: a link between legs, or a side not captured, was concluded. `unknown`: the trace cannot show it. */
export type Certainty = 'seen' | 'inferred' | 'unknown';

/**
 * - `delivered`: the code that the callee sent reached the originator
 * - `pending`: a target gave a final, no branch is open, the originator has none
 * - `ringing`: a branch is open and the originator has no final
 * - `altered`: another code than the callee's reached the originator, who had not cancelled
 * - `answered`: 2xx at the originator
 * - `unanswered`: no target gave a final of its own accord
 * - `cancelled`: the originator cancelled
 */
export type Outcome = 'delivered' | 'pending' | 'ringing' | 'altered' | 'answered' | 'unanswered' | 'cancelled';

/** Where and how a final response was lost. */
export interface Loss {
  readonly kind: LossKind;
  /** Who lost it: the element that did not pass it on, sent it elsewhere, or did not accept it; null where no host can be named. */
  readonly hop: SocketAddress | null;
  /** For `lost-on-wire`: from whom to whom it was on its way. */
  readonly between: readonly [SocketAddress, SocketAddress] | null;
  readonly certainty: Certainty;
  /** Sentences that an engineer can act on. */
  readonly reason: string;
  /** The status code that was lost. */
  readonly status: number;
  /** `sequence` of the first sighting of the response where it ended. */
  readonly at: number;
  /** For `not-accepted`: the hop that sent it in a form the originator could not match; null where nothing of it looks wrong. */
  readonly brokenBy: SocketAddress | null;
}

/** Where one final response became another. */
export interface Alteration {
  readonly hop: SocketAddress;
  readonly from: number;
  readonly to: number;
  readonly certainty: Certainty;
  readonly reason: string;
}

export type AttemptEventKind = 'invite' | 'provisional' | 'final' | 'ack' | 'cancel' | 'cancel-response';

/** One arrow of a ladder: a message and its retransmissions. */
export interface AttemptEvent {
  readonly kind: AttemptEventKind;
  /** As a ladder shows it: `INVITE`, `486 Busy Here`, `ACK`, `CANCEL`, `200 OK (CANCEL)`. */
  readonly label: string;
  readonly status: number | null;
  readonly callId: string;
  readonly source: SocketAddress;
  readonly destination: SocketAddress;
  /** First and last transmission, in ms of the trace. */
  readonly time: number;
  readonly lastTime: number;
  /** How often it was sent: 1 without retransmissions. */
  readonly transmissions: number;
  /** Whether it was seen at its destination; null where the trace does not watch that place. */
  readonly arrived: boolean | null;
  /** This is where the final response ended. */
  readonly lost: boolean;
  /** `sequence` of the first sighting. */
  readonly sequence: number;
  /** Where it was seen first, and, in a capture, the number of its packet there. */
  readonly point?: string;
  readonly frame?: number;
  /** Of an INVITE or a final, where messages are kept: its first sighting, as far as it was captured. */
  readonly bytes?: Buffer;
}

/** One branch's end, for forks. */
export interface Target {
  readonly address: SocketAddress;
  readonly final: number | null;
}

/** An address from which a hop sends on, where that is not the one at which the INVITE came to it: a second interface, a TCP port. */
export interface OtherSide {
  readonly address: SocketAddress;
  readonly of: SocketAddress;
}

/** One call set-up by an originator, over all hops, as the trace shows it. */
export interface Attempt {
  /** Where the INVITE was sent from. */
  readonly originator: SocketAddress;
  /** False where only Via headers name the originator. */
  readonly originatorSeen: boolean;
  /** The final target; of several the winning one, else the one whose final was chosen or lost; null when no INVITE's way is known. */
  readonly callee: SocketAddress | null;
  /** The originator's first, then those of the legs behind B2BUAs. */
  readonly callIds: readonly string[];
  readonly outcome: Outcome;
  readonly finalAtCallee: number | null;
  /** The final that arrived at the originator and was ACKed by it. */
  readonly finalAtOriginator: number | null;
  /** Everything that the INVITE arrived at, servers too, in order of arrival. */
  readonly reached: readonly SocketAddress[];
  /** The elements between originator and callee, from the originator on. */
  readonly hops: readonly SocketAddress[];
  /** Absent where every hop has one address only. */
  readonly otherSides?: readonly OtherSide[];
  /** All targets, in the order in which they were tried. */
  readonly targets: readonly Target[];
  readonly loss: Loss | null;
  readonly alteration: Alteration | null;
  /** Whether any branch can still bring a final. */
  readonly branchesOpen: boolean;
  /** When the last branch ended with a final or ran out of time; null while one is open or when none ever ended. */
  readonly lastBranchEndedAt: number | null;
  readonly cancelledByOriginator: boolean;
  /** When its first message was seen, and its last. */
  readonly startedAt: number;
  readonly lastSeenAt: number;
  /** What the verdict stands on and what the trace could not show. */
  readonly notes: readonly string[];
  readonly events: readonly AttemptEvent[];
  /** The user parts of From and of the Request-URI, where known. */
  readonly from: string | null;
  readonly to: string | null;
}

/** The verdict as results name it: a status code, else `pending` where a callee's final exists and no branch is open, else `ringing`. */
export function observedOf(attempt: Attempt): number | 'ringing' | 'pending' {
  if (attempt.finalAtOriginator !== null) return attempt.finalAtOriginator;
  return attempt.finalAtCallee !== null && !attempt.branchesOpen ? 'pending' : 'ringing';
}
