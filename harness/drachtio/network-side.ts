import { checkMessage } from '../sip/check-message.js';
import { createResponse } from '../sip/create-response.js';
import type { SipRequest } from '../sip/message.js';
import { formatVia } from '../sip/via.js';
import type { Flow } from '../transaction/flow.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import type { TransactionUser } from '../transaction/transaction-user.js';
import type { Core } from './core.js';
import type { Dialog } from './dialog.js';
import type { IncomingRequest, IncomingRequests } from './incoming-requests.js';
import { sipLeader } from './leader.js';
import type { NewRequests } from './new-requests.js';
import { unsolicitedBye } from './unsolicited-bye.js';

const CANCEL_AFTER_200 = 'SIP ;cause=200 ;text="CANCEL after 200 OK"';
/** Methods that mean something only inside a dialog or beside an INVITE. */
const IN_DIALOG_ONLY = ['INVITE', 'BYE', 'UPDATE', 'PRACK'];
/** Extensions that need the server's help, which it does not give (RFC 3262, RFC 4028). */
const NOT_CARRIED = ['100rel', 'timer'];

/** Takes what the network sends: some of it the server answers itself, the rest is for the applications. */
export class NetworkSide implements TransactionUser {
  constructor(
    private readonly core: Core,
    private readonly requests: IncomingRequests,
    private readonly newRequests: NewRequests,
  ) {}

  request(transaction: ServerTransaction): void {
    const { request, flow } = transaction;
    const octets = request.toBuffer().length;
    if (this.core.habits.alwaysSymmetric) answerToSource(request, flow);
    const fault = checkMessage(request);
    if (fault) return this.#refuse(transaction, fault.status);
    const unsupported = request.headers.list('Require').filter((option) => NOT_CARRIED.includes(option.toLowerCase()));
    if (unsupported.length > 0) return this.#refuse(transaction, 420, [['Unsupported', unsupported.join(', ')]]); // RFC 3261 §8.2.2.3
    const dialog = request.toTag === undefined ? undefined : this.core.dialogs.of(request);
    if (dialog) return this.#receiveInDialog(transaction, dialog, octets);
    if (request.toTag !== undefined && IN_DIALOG_ONLY.includes(request.method)) return this.#refuse(transaction, 481);
    this.newRequests.receive(transaction, octets);
  }

  cancel(transaction: ServerTransaction, matched: ServerTransaction | undefined): void {
    const known = matched && this.requests.of(matched);
    if (!matched) return this.#refuse(transaction, 481);
    const answered = known?.answered === 'final' && known.dialog?.answer?.transaction === matched;
    if (known?.dialog && answered && this.core.habits.cancelAfter200EndsCall) {
      this.#refuse(transaction, 481);
      this.requests.delete(known);
      return unsolicitedBye(this.core, known.dialog, CANCEL_AFTER_200);
    }
    const toTag = known?.toTag || this.core.names.tag();
    transaction.respond(createResponse(transaction.request, 200, { toTag })); // RFC 3261 §9.2
    if (known && known.answered !== 'final' && matched.request.method === 'INVITE') this.#cancelInvite(known, transaction, toTag);
  }

  ack(request: SipRequest, flow: Flow): void {
    if (this.core.habits.alwaysSymmetric) answerToSource(request, flow);
    const dialog = checkMessage(request) ? undefined : this.core.dialogs.of(request);
    const answer = dialog?.answer;
    if (!dialog || !answer || answer.transaction.request.cseq?.sequence !== request.cseq?.sequence) return;
    answer.stop();
    dialog.answer = undefined;
    const known = this.requests.get(dialog.answerId);
    if (known) this.requests.delete(known);
    const sip = request.toBuffer();
    const protocol = this.core.habits.leavesProtocolOut ? '' : 'udp';
    dialog.application.send(
      sipLeader(this.core.sightings.received(sip.length, flow.remote, protocol), dialog.answerId, dialog.dialogId),
      sip,
    );
  }

  #receiveInDialog(transaction: ServerTransaction, dialog: Dialog, octets: number): void {
    const { request, flow } = transaction;
    const { application } = dialog;
    if (!dialog.receive(request, flow.remote)) return this.#refuse(transaction, 500); // RFC 3261 §12.2.2
    if (request.method === 'PRACK') return this.#refuse(transaction, 481); // no response of ours was reliable
    const ends = endsDialog(request, dialog);
    if (ends) this.core.dialogs.delete(dialog);
    if (!application.open) return this.#refuse(transaction, 481);
    if (request.method === 'INVITE') transaction.respond(createResponse(request, 100));
    const id = this.core.names.uuid();
    this.requests.add({ id, transaction, application, dialog, inDialog: true, octets, answered: 'none', toTag: request.toTag ?? '' });
    const sip = request.toBuffer();
    const sighting = this.core.sightings.received(octets, flow.remote);
    application.send(sipLeader(sighting, id, dialog.dialogId), sip);
    if (request.method === 'BYE') this.core.cdr.stop(sighting, 'normal-release', sip);
  }

  /** The server ends the INVITE itself, and tells the application, whose own 487 then comes too late. */
  #cancelInvite(known: IncomingRequest, transaction: ServerTransaction, toTag: string): void {
    const { request: invite } = known.transaction;
    known.transaction.respond(createResponse(invite, 487, { toTag }));
    this.requests.delete(known);
    const { application, dialog, id } = known;
    const { cdr, sightings, dialogs } = this.core;
    const sip = transaction.request.toBuffer();
    const sighting = sightings.received(sip.length, transaction.flow.remote);
    if (dialog && !known.inDialog) {
      dialogs.delete(dialog);
      cdr.stop(sighting, 'call-canceled', invite.toBuffer());
    }
    application?.send(sipLeader(sighting, id, dialog?.dialogId ?? ''), sip);
  }

  #refuse(transaction: ServerTransaction, status: number, headers: [string, string][] = []): void {
    transaction.respond(createResponse(transaction.request, status, { toTag: this.core.names.tag(), headers }));
  }
}

/** Notes the source port in the top Via, so that responses go there. */
function answerToSource(request: SipRequest, flow: Flow): void {
  const via = request.topVia;
  if (!via || typeof via.rport === 'number' || via.params.has('maddr')) return;
  via.params.set('rport', String(flow.remote.port));
  request.headers.replaceFirst('Via', formatVia(via));
}

function endsDialog(request: SipRequest, dialog: Dialog): boolean {
  if (request.method === 'BYE') return true;
  return !dialog.isInvite && request.method === 'NOTIFY' && /terminated/i.test(request.headers.get('Subscription-State') ?? '');
}
