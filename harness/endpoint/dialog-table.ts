import type { SipRequest } from '../sip/message.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import { type Dialog, dialogKey } from './dialog.js';

/** Who handles what arrives within a dialog. */
export interface DialogUser {
  readonly dialog: Dialog;
  request(transaction: ServerTransaction): void;
  /** An ACK for a 2xx. */
  acknowledged(ack: SipRequest): void;
}

/** The dialogs of one user agent. */
export class DialogTable {
  readonly #users = new Map<string, DialogUser>();

  get size(): number {
    return this.#users.size;
  }

  add(user: DialogUser): void {
    this.#users.set(user.dialog.key, user);
  }

  remove(user: DialogUser): void {
    if (this.#users.get(user.dialog.key) === user) this.#users.delete(user.dialog.key);
  }

  /** The dialog that a request of the peer's belongs to (RFC 3261 §12.2.2). */
  find(request: SipRequest): DialogUser | undefined {
    return this.#users.get(dialogKey(request.callId ?? '', request.toTag ?? '', request.fromTag ?? ''));
  }

  clear(): void {
    this.#users.clear();
  }
}
