import type { SipRequest, SipResponse } from '../sip/message.js';
import type { Flow } from './flow.js';

/** What a client transaction tells its user. */
export interface ClientHandlers {
  /**
   * Every provisional response, the final response once, and for INVITE every 2xx that arrives,
   * retransmitted or from another branch of a fork (RFC 6026 §7.2).
   */
  response(response: SipResponse, flow: Flow): void;
  /** Timer B or F fired: nobody answered. Also when a cancelled INVITE got no final within 64·T1 (RFC 3261 §9.1). */
  timeout(): void;
  /** The system refused to send. Without a handler it counts as a timeout (RFC 3261 §8.1.3.1: both are a 408 or 503 to the user). */
  transportError?(error: Error): void;
  /** The transaction is gone; called once, last. */
  ended?(): void;
}

export type ClientState = 'calling' | 'trying' | 'proceeding' | 'accepted' | 'completed' | 'terminated';

export interface ClientTransaction {
  /** As it went out, our Via on top. */
  readonly request: SipRequest;
  readonly branch: string;
  readonly flow: Flow;
  readonly state: ClientState;
  /** Ends the transaction without a word to anybody. */
  terminate(): void;
}

/** What a machine needs from the layer that holds it. */
export interface ClientPorts {
  /** Puts a message on the flow of the transaction. */
  send(payload: Buffer, failed: (error: Error) => void): void;
  /** The machine has ended: forget it. */
  ended(): void;
}
