import type { SipRequest, SipResponse } from '../sip/message.js';
import type { ParseError } from '../sip/parse-message.js';
import type { Flow } from './flow.js';
import type { ServerTransaction } from './server-transaction.js';

/** The core above the transactions: a user agent's, a proxy's, or the control server's (RFC 3261 §5, "TU"). */
export interface TransactionUser {
  /** A new request other than ACK and CANCEL. */
  request(transaction: ServerTransaction): void;
  /**
   * A CANCEL, which the user answers on `transaction` (RFC 3261 §9.2): 481 where it matches nothing, else 200. What it
   * matches is of any method and may have its final already; only an INVITE without one is then ended.
   */
  cancel(transaction: ServerTransaction, matched: ServerTransaction | undefined): void;
  /** An ACK that belongs to no server transaction, hence to a 2xx. */
  ack(request: SipRequest, flow: Flow): void;
  /** A response to nothing of ours; a stateless proxy forwards it, others leave this out, and it is counted. */
  strayResponse?(response: SipResponse, flow: Flow): void;
  /** A datagram that is no SIP message; the layer has counted it and, where it could, answered it. */
  malformed?(error: ParseError, flow: Flow): void;
}
