import type { CdrReason } from './cdr.js';
import type { Core } from './core.js';
import type { Dialog } from './dialog.js';
import { sipLeader } from './leader.js';

/** What stands for the transaction id of a request that no application asked for. */
const UNSOLICITED = 'unsolicited';

/** Ends a dialog with a BYE of the server's own, and shows it to the application, which then gives the dialog up. */
export function unsolicitedBye(core: Core, dialog: Dialog, reason: string, cdrReason?: CdrReason): void {
  const flow = { listener: dialog.listener, remote: dialog.nextHop(core.habits.mendsContacts) };
  const fields: [string, string][] = [
    ['Reason', reason], // RFC 3326
    ['Content-Length', '0'],
  ];
  const bye = dialog.createRequest('BYE', dialog.nextSequence(), undefined, fields, Buffer.alloc(0));
  core.layer.request(bye, flow, { response: () => {}, timeout: () => {} });
  const sent = bye.toBuffer();
  const sighting = core.sightings.sent(sent.length, flow.listener.local);
  dialog.application.send(sipLeader(sighting, UNSOLICITED, dialog.dialogId), sent);
  if (cdrReason) core.cdr.stop(sighting, cdrReason, sent);
  core.dialogs.delete(dialog);
}
