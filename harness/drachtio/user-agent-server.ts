import type { SipResponse } from '../sip/message.js';
import { AnswerRepeater } from './answer-repeater.js';
import { type AppMessage, type AppStatusLine, appHeader } from './app-message.js';
import { composeResponse, Refusal } from './compose.js';
import type { ControlConnection } from './control-connection.js';
import type { Core } from './core.js';
import { Dialog } from './dialog.js';
import { startOfCallee } from './dialog-start.js';
import type { IncomingRequest, IncomingRequests } from './incoming-requests.js';
import { responseSent } from './leader.js';
import { makesDialog } from './real-server-habits.js';
import { unsolicitedBye } from './unsolicited-bye.js';

const ACK_TIMEOUT = 'SIP ;cause=200 ;text="ACK timeout"';

/** Sends the responses of applications. */
export class UserAgentServer {
  constructor(
    private readonly core: Core,
    private readonly requests: IncomingRequests,
  ) {}

  /** An application's response to the request that it knows by `id`. */
  respond(application: ControlConnection, commandId: string, message: AppMessage, id: string): void {
    const request = this.requests.get(id);
    if (!request) return application.reply(commandId, 'NOK|Response not sent due to unknown transaction');
    if (request.answered === 'final') return; // as the real server: dropped, without a reply
    const toTag = request.toTag || tagGivenBy(message) || this.core.names.tag();
    const response = composeResponse(request.transaction.request, message, toTag, request.transaction.flow.listener);
    if (response instanceof Refusal) return application.reply(commandId, `NOK|${response.reason}`);
    request.toTag = toTag;
    request.application = application;
    this.#send(request, response);
    this.#report(application, commandId, request, response);
    if (response.status >= 200 && request.transaction.request.method !== 'INVITE') this.requests.delete(request);
  }

  #send(request: IncomingRequest, response: SipResponse): void {
    const { status } = response;
    const { method } = request.transaction.request;
    this.requests.settle(request);
    request.answered = status < 200 ? 'provisional' : 'final';
    const mayMakeDialog = method === 'INVITE' || method === 'SUBSCRIBE';
    if (mayMakeDialog && !request.dialog) this.#beginDialog(request, response);
    if (status < 200 || !mayMakeDialog || !request.dialog) return request.transaction.respond(response);
    if (!makesDialog(this.core.habits, method, status)) {
      if (!request.inDialog) this.core.dialogs.delete(request.dialog);
      return request.transaction.respond(response);
    }
    if (request.inDialog)
      request.dialog.refreshTarget(request.transaction.request); // RFC 3261 §12.2.2
    else request.dialog.confirmed = true;
    if (method === 'INVITE') this.#answer(request, request.dialog, response);
    else request.transaction.respond(response);
  }

  /** The first word to an INVITE or SUBSCRIBE fixes the To tag, and with it the dialog. */
  #beginDialog(request: IncomingRequest, response: SipResponse): void {
    const { application, transaction, toTag } = request;
    if (!application || response.status === 100) return;
    const contact = response.headers.get('Contact') ?? `<sip:${transaction.flow.listener.sentBy}>`;
    request.dialog = new Dialog(startOfCallee(transaction.request, transaction.flow, toTag, contact, application));
    this.core.dialogs.add(request.dialog);
  }

  #answer(request: IncomingRequest, dialog: Dialog, response: SipResponse): void {
    const { clock, timers } = this.core;
    dialog.answer?.stop();
    dialog.answer = new AnswerRepeater(clock, timers, request.transaction, response, () => {
      this.requests.delete(request);
      unsolicitedBye(this.core, dialog, ACK_TIMEOUT);
    });
    dialog.answerId = request.id;
  }

  #report(application: ControlConnection, commandId: string, request: IncomingRequest, response: SipResponse): void {
    const { sightings, cdr, habits } = this.core;
    const { transaction, dialog, inDialog, id } = request;
    const sip = response.toBuffer();
    const protocol = inDialog && habits.leavesProtocolOut ? '' : 'udp';
    const sighting = sightings.sent(sip.length, transaction.flow.remote, protocol);
    const isBye = transaction.request.method === 'BYE'; // its dialog is gone already
    application.reply(commandId, responseSent(sighting, id, isBye ? '' : (dialog?.dialogId ?? '')), sip);
    if (transaction.request.method !== 'INVITE' || inDialog) return;
    if (response.status >= 300) cdr.stop(sighting, 'call-rejected', sip);
    else if (response.status === 200) cdr.start(sighting, 'uas', sip);
  }
}

function tagGivenBy(message: AppMessage): string | undefined {
  return /;\s*tag=([^;\s]+)/.exec(appHeader(message, 'To') ?? '')?.[1];
}

export function isResponse(message: AppMessage): message is AppMessage & { start: AppStatusLine } {
  return 'status' in message.start;
}
