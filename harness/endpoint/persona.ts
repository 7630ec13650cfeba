import type { IncomingCall } from './endpoint.js';
import type { Media } from './media.js';
import type { Action } from './messenger/action.js';

/** How an endpoint refuses. */
export interface Refusal {
  readonly status: number;
  readonly reason?: string;
}

/** What kind of user, or machine, sits at a user agent: everything that is manners and not SIP. */
export interface Persona {
  /** Of the User-Agent and Server headers. */
  readonly product: string;
  /** The streams that it can take, for answering offers. */
  readonly media: readonly Media[];
  /** The streams that it offers. */
  offer(action: Action): readonly Media[];
  /**
   * Refuses an invitation before the script is asked.
   * @param sessions how many invitations and sessions of this endpoint are pending or active
   */
  refuse(sessions: number): Refusal | undefined;
  /** Does what is done where no script decides. */
  handle(call: IncomingCall): void;
  /** What the inviting user's screen says when an invitation got no answer; null for who has no screen. */
  rejectionShown(action: Action, user: string): string | null;
}
