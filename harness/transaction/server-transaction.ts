import type { SipRequest, SipResponse } from '../sip/message.js';
import type { Flow } from './flow.js';

export type ServerState = 'trying' | 'proceeding' | 'accepted' | 'completed' | 'confirmed' | 'terminated';

/** `acked`: the final was acknowledged or needs none; `timeout`: Timer H, no ACK came; `terminated`: by its user. */
export type ServerEnd = 'acked' | 'timeout' | 'transport' | 'terminated';

export interface ServerTransaction {
  /** As it came in, `received` and `rport` filled into the top Via. */
  readonly request: SipRequest;
  /** Where it came from. */
  readonly flow: Flow;
  readonly state: ServerState;
  /** Sends a response. After a final, only further 2xx to an INVITE still go out (RFC 6026 §7.1); others are dropped. */
  respond(response: SipResponse): void;
  /** Ends the transaction without a word to anybody. */
  terminate(): void;
  /** Not of INVITE: gives no final response at all (RFC 4320 §4.2), and absorbs repetitions as if one had been given. */
  stayMute?(): void;
  /** Called once, when the transaction is gone. */
  onEnded(listener: (why: ServerEnd) => void): void;
}

/** What a machine needs from the layer that holds it. */
export interface ServerPorts {
  /** Puts a response on its way (RFC 3261 §18.2.2). */
  send(payload: Buffer, failed: (error: Error) => void): void;
  /** The machine has ended: forget it. */
  ended(): void;
}
