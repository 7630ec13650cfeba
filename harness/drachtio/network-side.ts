import { checkMessage } from '../sip/check-message.js';
import { createResponse } from '../sip/create-response.js';
import type { SipRequest, SipResponse } from '../sip/message.js';
import { formatVia } from '../sip/via.js';
import type { Flow } from '../transaction/flow.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import type { TransactionUser } from '../transaction/transaction-user.js';
import type { Core } from './core.js';
import type { Dialog } from './dialog.js';
import type { IncomingRequest, IncomingRequests } from './incoming-requests.js';
import { sipLeader } from './leader.js';
import type { NewRequests } from './new-requests.js';
import { unsupportedOptions } from './not-carried.js';
import type { PassingRequests } from './passing-requests.js';
import type { Proxies } from './proxies.js';
import { unsolicitedBye } from './unsolicited-bye.js';

const CANCEL_AFTER_200 = 'SIP ;cause=200 ;text="CANCEL after 200 OK"';
/** Methods that mean something only inside a dialog or beside an INVITE. */
const IN_DIALOG_ONLY = ['INVITE', 'BYE', 'UPDATE', 'PRACK'];

export interface NetworkPorts {
  readonly core: Core;
  readonly requests: IncomingRequests;
  readonly newRequests: NewRequests;
  readonly proxies: Proxies;
  readonly passing: PassingRequests;
}

/** Takes what the network sends: some of it the server answers itself, the rest is for the applications. */
export class NetworkSide implements TransactionUser {
  readonly #ports: NetworkPorts;

  constructor(ports: NetworkPorts) {
    this.#ports = ports;
  }

  request(transaction: ServerTransaction): void {
    const { request, flow } = transaction;
    const octets = request.toBuffer().length;
    if (this.#ports.core.habits.alwaysSymmetric) answerToSource(request, flow);
    const fault = checkMessage(request);
    if (fault) return this.#refuse(transaction, fault.status);
    const unsupported = unsupportedOptions(request);
    if (unsupported.length > 0) return this.#refuse(transaction, 420, [['Unsupported', unsupported.join(', ')]]); // RFC 3261 §8.2.2.3
    const dialog = request.toTag === undefined ? undefined : this.#ports.core.dialogs.of(request);
    if (dialog) return this.#receiveInDialog(transaction, dialog, octets);
    if (request.toTag !== undefined && this.#ports.passing.isPassing(request)) return this.#pass(transaction, octets);
    if (request.toTag !== undefined && IN_DIALOG_ONLY.includes(request.method)) return this.#refuse(transaction, 481);
    this.#ports.newRequests.receive(transaction, octets);
  }

  cancel(transaction: ServerTransaction, matched: ServerTransaction | undefined): void {
    if (this.#ports.core.habits.alwaysSymmetric) answerToSource(transaction.request, transaction.flow);
    const known = matched && this.#ports.requests.of(matched);
    if (!matched) return this.#cancelUnknown(transaction);
    const answered = known?.answered === 'final' && known.dialog?.answer?.transaction === matched;
    if (known?.dialog && answered && this.#ports.core.habits.cancelAfter200EndsCall) {
      this.#refuse(transaction, 481);
      this.#ports.requests.delete(known);
      return unsolicitedBye(this.#ports.core, known.dialog, CANCEL_AFTER_200);
    }
    const toTag = known?.toTag || this.#ports.core.names.tag();
    transaction.respond(createResponse(transaction.request, 200, { toTag })); // RFC 3261 §9.2
    if (this.#ports.proxies.cancel(matched)) return;
    if (known && known.answered !== 'final' && matched.request.method === 'INVITE') this.#cancelInvite(known, transaction, toTag);
  }

  ack(request: SipRequest, flow: Flow): void {
    if (this.#ports.core.habits.alwaysSymmetric) answerToSource(request, flow);
    if (checkMessage(request)) return;
    const dialog = this.#ports.core.dialogs.of(request);
    if (!dialog && this.#ports.passing.isPassing(request)) this.#ports.passing.forward(request, flow, request.toBuffer().length);
    const answer = dialog?.answer;
    if (!dialog || !answer || answer.transaction.request.cseq?.sequence !== request.cseq?.sequence) return;
    answer.stop();
    dialog.answer = undefined;
    const known = this.#ports.requests.get(dialog.answerId);
    if (known) this.#ports.requests.delete(known);
    const sip = request.toBuffer();
    const protocol = this.#ports.core.habits.leavesProtocolOut ? '' : 'udp';
    dialog.application.send(
      sipLeader(this.#ports.core.sightings.received(sip.length, flow.remote, protocol), dialog.answerId, dialog.dialogId),
      sip,
    );
  }

  /** To a request that passed through. */
  strayResponse(response: SipResponse): void {
    this.#ports.passing.respond(response);
  }

  /** A request of a dialog whose INVITE was proxied: nothing is kept of it, so its repetitions pass too. */
  #pass(transaction: ServerTransaction, octets: number): void {
    if (transaction.request.maxForwards === 0 && !this.#ports.core.habits.ignoresMaxForwardsInDialogs)
      return this.#refuse(transaction, 483);
    if (this.#ports.passing.forward(transaction.request, transaction.flow, octets)) transaction.terminate();
    else this.#refuse(transaction, 404); // RFC 3261 §16.5: no target
  }

  #cancelUnknown(transaction: ServerTransaction): void {
    if (this.#ports.passing.isPassing(transaction.request)) return this.#pass(transaction, 0);
    this.#refuse(transaction, 481);
  }

  #receiveInDialog(transaction: ServerTransaction, dialog: Dialog, octets: number): void {
    const { request, flow } = transaction;
    const { application } = dialog;
    if (!dialog.receive(request, flow.remote)) return this.#refuse(transaction, 500); // RFC 3261 §12.2.2
    if (request.method === 'PRACK') return this.#refuse(transaction, 481); // no response of ours was reliable
    if (dialog.isEndedBy(request)) this.#ports.core.dialogs.delete(dialog);
    if (!application.open) return this.#refuse(transaction, 481);
    if (request.method === 'INVITE') transaction.respond(createResponse(request, 100));
    const id = this.#ports.core.names.uuid();
    this.#ports.requests.add({
      id,
      transaction,
      application,
      dialog,
      inDialog: true,
      octets,
      answered: 'none',
      toTag: request.toTag ?? '',
    });
    const sip = request.toBuffer();
    const sighting = this.#ports.core.sightings.received(octets, flow.remote);
    application.send(sipLeader(sighting, id, dialog.dialogId), sip);
    if (request.method === 'BYE') this.#ports.core.cdr.stop(sighting, 'normal-release', sip);
  }

  /** The server ends the INVITE itself, and tells the application, whose own 487 then comes too late. */
  #cancelInvite(known: IncomingRequest, transaction: ServerTransaction, toTag: string): void {
    const { request: invite } = known.transaction;
    known.transaction.respond(createResponse(invite, 487, { toTag }));
    this.#ports.requests.delete(known);
    const { application, dialog, id } = known;
    const { cdr, sightings, dialogs } = this.#ports.core;
    const sip = transaction.request.toBuffer();
    const sighting = sightings.received(sip.length, transaction.flow.remote);
    if (dialog && !known.inDialog) {
      dialogs.delete(dialog);
      cdr.stop(sighting, 'call-canceled', invite.toBuffer());
    }
    application?.send(sipLeader(sighting, id, dialog?.dialogId ?? ''), sip);
  }

  #refuse(transaction: ServerTransaction, status: number, headers: [string, string][] = []): void {
    transaction.respond(createResponse(transaction.request, status, { toTag: this.#ports.core.names.tag(), headers }));
  }
}

/** Notes the source port in the top Via, so that responses go there. */
function answerToSource(request: SipRequest, flow: Flow): void {
  const via = request.topVia;
  if (!via || typeof via.rport === 'number' || via.params.has('maddr')) return;
  via.params.set('rport', String(flow.remote.port));
  request.headers.replaceFirst('Via', formatVia(via));
}
