import type { SipRequest } from '../sip/message.js';
import type { Dialog } from './dialog.js';
import { dialogIdOf } from './dialog-start.js';

/** The dialogs that a server keeps, by the id that applications know them by. */
export class DialogTable {
  readonly #dialogs = new Map<string, Dialog>();
  /** A Call-ID alone names a dialog in messages of applications. */
  readonly #byCallId = new Map<string, Dialog>();

  get size(): number {
    return this.#dialogs.size;
  }

  add(dialog: Dialog): void {
    this.#dialogs.set(dialog.dialogId, dialog);
    this.#byCallId.set(dialog.callId, dialog);
  }

  delete(dialog: Dialog): void {
    dialog.answer?.stop();
    if (this.#dialogs.get(dialog.dialogId) === dialog) this.#dialogs.delete(dialog.dialogId);
    if (this.#byCallId.get(dialog.callId) === dialog) this.#byCallId.delete(dialog.callId);
  }

  get(dialogId: string): Dialog | undefined {
    return this.#dialogs.get(dialogId);
  }

  withCallId(callId: string): Dialog | undefined {
    return this.#byCallId.get(callId);
  }

  /** The dialog that a request from the network belongs to (RFC 3261 §12.2.2): its caller is the sender or we are. */
  of(request: SipRequest): Dialog | undefined {
    const { callId = '', fromTag = '', toTag = '' } = request;
    return this.#matching(dialogIdOf(callId, fromTag), toTag, fromTag) ?? this.#matching(dialogIdOf(callId, toTag), toTag, fromTag);
  }

  values(): Dialog[] {
    return [...this.#dialogs.values()];
  }

  #matching(dialogId: string, localTag: string, remoteTag: string): Dialog | undefined {
    const dialog = this.#dialogs.get(dialogId);
    const matches = dialog?.localTag === localTag && (dialog.remoteTag === undefined || dialog.remoteTag === remoteTag);
    return matches ? dialog : undefined;
  }
}
