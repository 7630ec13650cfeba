import type { SocketAddress } from '../platform/socket-address.js';
import { createResponse, type ResponseOptions } from '../sip/create-response.js';
import type { SipRequest } from '../sip/message.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import type { TransactionUser } from '../transaction/transaction-user.js';
import { AgentCore, ALLOW } from './agent-core.js';
import type {
  Endpoint,
  EndpointOptions,
  IncomingCall,
  IncomingMessage,
  InviteOptions,
  OutgoingRequest,
  RequestOptions,
} from './endpoint.js';
import { IncomingInvitation } from './incoming-invitation.js';
import { OneShotRequest } from './one-shot-request.js';
import { OutgoingInvitation } from './outgoing-invitation.js';
import type { Persona } from './persona.js';
import { Registration } from './registration.js';
import { screen } from './request-screening.js';
import { SDP } from './sdp-body.js';

const ACCEPT = `${SDP}, multipart/mixed, text/plain`;

/** Our own user agent (RFC 3261), with the manners of a persona. */
export class UserAgent implements Endpoint, TransactionUser {
  readonly name: string;
  readonly #core: AgentCore;
  readonly #registration: Registration;
  /** Invitations by their INVITE transactions, for CANCEL. */
  readonly #invitations = new WeakMap<ServerTransaction, IncomingInvitation>();
  #invitationHandler: ((call: IncomingCall) => void) | undefined;
  #messageHandler: ((message: IncomingMessage) => void) | undefined;

  constructor(
    options: EndpointOptions,
    private readonly persona: Persona,
  ) {
    this.name = options.name;
    this.#core = new AgentCore(options, persona, this);
    this.#registration = new Registration(this.#core);
  }

  get address(): SocketAddress {
    return this.#core.address;
  }

  get registered(): boolean {
    return this.#registration.valid;
  }

  get openDialogs(): number {
    return this.#core.dialogs.size;
  }

  /** Requests of ours that wait for a final response. */
  get openRequests(): number {
    return this.#core.exchanges.size;
  }

  get openTransactions(): number {
    return this.#core.layer.openTransactions;
  }

  /** Invitations and sessions that are pending or active. */
  get openSessions(): number {
    return this.#core.sessions.size;
  }

  start(): Promise<void> {
    return this.#core.start();
  }

  stop(): Promise<void> {
    return this.#core.stop();
  }

  register(): Promise<void> {
    return this.#registration.register();
  }

  unregister(): Promise<void> {
    return this.#registration.register(0);
  }

  invite(target: string, options: InviteOptions = {}): OutgoingInvitation {
    const call = new OutgoingInvitation(this.#core, target, options, (transaction) => this.#serve(transaction, true));
    call.start();
    return call;
  }

  message(target: string, text: string, options: RequestOptions = {}): OutgoingRequest {
    const fields = [['Content-Type', 'text/plain;charset=UTF-8'] as const, ...(options.headers ?? [])];
    return new OneShotRequest(
      this.#core,
      this.#core.createRequest('MESSAGE', target, fields, { body: text, callId: options.callId }),
      options,
    );
  }

  options(target: string, options: RequestOptions = {}): OutgoingRequest {
    // RFC 3261 §11.1: Accept says which bodies we understand.
    const fields = [['Contact', this.#core.contact] as const, ['Accept', ACCEPT] as const, ...(options.headers ?? [])];
    return new OneShotRequest(this.#core, this.#core.createRequest('OPTIONS', target, fields, { callId: options.callId }), options);
  }

  onInvitation(handler: (call: IncomingCall) => void): void {
    this.#invitationHandler = handler;
  }

  onMessage(handler: (message: IncomingMessage) => void): void {
    this.#messageHandler = handler;
  }

  /** @internal from the transactions */
  request(transaction: ServerTransaction): void {
    const { request } = transaction;
    const rejection = screen(request, this.#core.layer.isMerged(transaction));
    if (rejection) return this.#respond(transaction, rejection.status, rejection);
    if (request.toTag === undefined) return this.#serve(transaction, false);
    const dialog = this.#core.dialogs.find(request);
    if (dialog) dialog.request(transaction);
    else this.#respond(transaction, 481); // RFC 3261 §12.2.2
  }

  /** @internal from the transactions */
  cancel(transaction: ServerTransaction, matched: ServerTransaction | undefined): void {
    const invitation = matched && this.#invitations.get(matched);
    // RFC 3261 §9.2: a re-INVITE, a refused INVITE or another request is answered already, which a CANCEL does not change.
    if (!invitation) return this.#respond(transaction, matched ? 200 : 481);
    invitation.answerCancel(transaction);
    invitation.cancelled();
  }

  /** @internal from the transactions */
  ack(request: SipRequest): void {
    this.#core.dialogs.find(request)?.acknowledged(request);
  }

  #serve(transaction: ServerTransaction, inDialog: boolean): void {
    switch (transaction.request.method) {
      case 'INVITE':
        return this.#invited(transaction);
      case 'MESSAGE':
        return this.#messageReceived(transaction);
      case 'OPTIONS':
        return this.#optionsAsked(transaction, inDialog);
      default:
        return this.#respond(transaction, 481); // a BYE without a dialog (RFC 3261 §15.1.2)
    }
  }

  #invited(transaction: ServerTransaction): void {
    const refusal = this.persona.refuse(this.#core.sessions.size);
    if (refusal) return this.#respond(transaction, refusal.status, refusal);
    const call = new IncomingInvitation(this.#core, transaction, (inner) => this.#serve(inner, true));
    this.#invitations.set(transaction, call);
    this.#invitationHandler?.(call);
    if (call.state === 'offered') this.persona.handle(call);
  }

  #messageReceived(transaction: ServerTransaction): void {
    const { request } = transaction;
    this.#respond(transaction, 200);
    const contentType = request.contentType ?? 'text/plain';
    this.#messageHandler?.({ from: request.from?.uriText ?? '', contentType, text: request.body.toString('utf8') });
  }

  #optionsAsked(transaction: ServerTransaction, inDialog: boolean): void {
    // RFC 3261 §11.2: the status is the one that an INVITE would get.
    const refusal = inDialog ? undefined : this.persona.refuse(this.#core.sessions.size);
    const headers: [string, string][] = [
      ['Contact', this.#core.contact],
      ['Allow', ALLOW],
      ['Accept', ACCEPT],
      ['Accept-Encoding', 'identity'],
      ['Accept-Language', 'en'],
      ['Supported', ''],
    ];
    this.#respond(transaction, refusal?.status ?? 200, { headers });
  }

  #respond(transaction: ServerTransaction, status: number, options: ResponseOptions = {}): void {
    const headers: [string, string][] = [['Server', this.persona.product]];
    for (const [name, value] of options.headers ?? []) headers.push([name, value]);
    transaction.respond(createResponse(transaction.request, status, { ...options, headers, toTag: this.#core.newTag() }));
  }
}
