import type { SocketAddress } from '../platform/socket-address.js';
import { createResponse } from '../sip/create-response.js';
import type { SipRequest, SipResponse } from '../sip/message.js';
import type { ClientHandlers } from '../transaction/client-transaction.js';
import type { Flow } from '../transaction/flow.js';
import { Acknowledgement } from './acknowledgement.js';
import type { ControlConnection } from './control-connection.js';
import type { Core } from './core.js';
import { Dialog } from './dialog.js';
import { startOfCaller } from './dialog-start.js';
import { sipLeader } from './leader.js';
import type { OutgoingRequests } from './outgoing-requests.js';
import { makesDialog } from './real-server-habits.js';

/** A request that was sent for an application. */
export interface SentRequest {
  readonly id: string;
  readonly request: SipRequest;
  readonly application: ControlConnection;
  /** The dialog that it belongs to, or may make. */
  readonly dialog: Dialog | undefined;
  /** It was sent outside a dialog. */
  readonly isNew: boolean;
}

/** Takes the responses to applications' requests: what they mean for dialogs, and what the applications are told. */
export class ResponseReception {
  constructor(
    private readonly core: Core,
    private readonly requests: OutgoingRequests,
  ) {}

  /** What the transaction of a request is to report to. */
  handlers(sent: SentRequest): ClientHandlers {
    const made = (status: number): void => this.#receive(sent, createResponse(sent.request, status), undefined);
    return {
      response: (response, flow) => this.#receive(sent, response, flow),
      timeout: () => made(408), // RFC 3261 §8.1.3.1
      transportError: () => made(503),
    };
  }

  /** @param flow undefined for a response that the server made itself */
  #receive(sent: SentRequest, response: SipResponse, flow: Flow | undefined): void {
    const { status } = response;
    const { id, request, dialog, application } = sent;
    if (status === 100) return;
    if (!this.requests.get(id)) return this.#receiveAgain(sent, response, flow);
    if (status >= 200) this.requests.delete(id);
    if (dialog) this.#updateDialog(sent, dialog, response, flow?.remote);
    const isAnswered = request.method === 'INVITE' && dialog?.toAcknowledge !== undefined && status < 300;
    if (isAnswered && !application.open) return this.#release(dialog, request);
    this.#passUp(sent, response, flow);
  }

  #passUp({ id, request, dialog, isNew, application }: SentRequest, response: SipResponse, flow: Flow | undefined): void {
    const { sightings, cdr } = this.core;
    const { status } = response;
    const sip = response.toBuffer();
    const sighting = flow ? sightings.received(sip.length, flow.remote) : sightings.made(sip.length);
    application.send(sipLeader(sighting, id, dialog?.dialogId ?? ''), sip);
    if (request.method !== 'INVITE' || !isNew) return;
    if (status >= 300) cdr.stop(sighting, status === 487 ? 'call-canceled' : 'call-rejected', sip);
    else if (status === 200) cdr.start(sighting, 'uac', sip);
  }

  #updateDialog({ request, isNew }: SentRequest, dialog: Dialog, response: SipResponse, peer: SocketAddress | undefined): void {
    const { status } = response;
    const { method } = request;
    const { dialogs, habits } = this.core;
    if (status < 200) {
      if (isNew && peer) dialog.learn(response, peer);
    } else if (dialog.isEndedBy(request)) {
      if (method !== 'BYE' || (status !== 401 && status !== 407)) dialogs.delete(dialog);
    } else if (method !== 'INVITE' && method !== 'SUBSCRIBE') {
      return;
    } else if (!makesDialog(habits, method, status)) {
      if (isNew) dialogs.delete(dialog);
    } else {
      if (isNew && peer) dialog.learn(response, peer);
      else dialog.refreshTarget(response);
      dialog.confirmed = true;
      if (method === 'INVITE') dialog.toAcknowledge = request.cseq?.sequence;
      if (method === 'INVITE') dialog.acknowledgement = undefined;
    }
  }

  /** A 2xx again, so its ACK was lost. Or another callee's, who answered too (RFC 3261 §13.2.2.4): he is thanked and let go. */
  #receiveAgain({ request, dialog, isNew, application }: SentRequest, response: SipResponse, flow: Flow | undefined): void {
    if (request.method !== 'INVITE' || response.status >= 300 || !dialog || !flow) return;
    const { toTag = '' } = response;
    if (!isNew || toTag === dialog.remoteTag) return dialog.acknowledgement?.repeat();
    const released = dialog.releasedForks.get(toTag);
    if (released) return released.acknowledgement?.repeat();
    const fork = new Dialog(startOfCaller(request, flow, application));
    fork.learn(response, flow.remote);
    dialog.releasedForks.set(toTag, fork);
    this.#release(fork, request);
  }

  /** Ends a call that nobody here wants: no application will. */
  #release(dialog: Dialog, invite: SipRequest): void {
    const flow = { listener: dialog.listener, remote: dialog.nextHop(this.core.habits.mendsContacts) };
    const { layer, dialogs } = this.core;
    const nothing = Buffer.alloc(0);
    const ack = dialog.createRequest('ACK', invite.cseq?.sequence ?? 0, undefined, [], nothing);
    dialog.acknowledgement = new Acknowledgement(layer, ack, flow);
    const bye = dialog.createRequest('BYE', dialog.nextSequence(), undefined, [], nothing);
    layer.request(bye, flow, { response: () => {}, timeout: () => {} });
    dialogs.delete(dialog);
  }
}
