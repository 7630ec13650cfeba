import type { SocketAddress } from '../platform/socket-address.js';
import { createResponse, type ResponseOptions } from '../sip/create-response.js';
import type { SipRequest, SipResponse } from '../sip/message.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import { Acceptance } from './acceptance.js';
import { type AgentCore, ALLOW } from './agent-core.js';
import type { Dialog } from './dialog.js';
import type { DialogUser } from './dialog-table.js';
import { Exchange } from './exchange.js';
import { addressOfUri } from './hop.js';
import { Reinvitation } from './reinvitation.js';
import { SDP, sdpOf } from './sdp-body.js';
import type { SessionMedia } from './session-media.js';

/** `local`: we said BYE; `remote`: the other did; `lost`: our 2xx was never acknowledged, or a re-INVITE found no dialog. */
export type SessionEnd = 'local' | 'remote' | 'lost';

export interface SessionPorts {
  /** The session is over; called once. */
  ended(why: SessionEnd): void;
  /** Other requests within the dialog (OPTIONS, MESSAGE). */
  request(transaction: ServerTransaction): void;
}

/** A dialog that an INVITE made or is making, and the session in it; the same for both sides. */
export class Session implements DialogUser {
  /** Our 2xx that wait for an ACK, by CSeq number. */
  readonly #acceptances = new Map<number, Acceptance>();
  #reinvitation: Reinvitation | undefined;
  #byeWanted = false;
  #over = false;

  /**
   * @param media descriptions of this side
   * @param fallbackHop where requests go if the dialog's first hop is no address
   */
  constructor(
    readonly core: AgentCore,
    readonly dialog: Dialog,
    readonly media: SessionMedia,
    readonly fallbackHop: SocketAddress,
    private readonly ports: SessionPorts,
  ) {
    core.dialogs.add(this);
  }

  /** Answers an INVITE with 200, which is repeated until acknowledged. */
  accept(transaction: ServerTransaction, body: string | undefined): void {
    const { request } = transaction;
    const sequence = request.cseq?.sequence ?? 0;
    const acceptance = new Acceptance(this.core, transaction, this.createResponse(request, 200, body), () => {
      this.#acceptances.delete(sequence);
      this.#bye('lost'); // RFC 3261 §13.3.1.4: the dialog is confirmed, the session is not worth keeping
    });
    this.dialog.confirm();
    this.#acceptances.set(sequence, acceptance);
    acceptance.start();
  }

  /** A response that makes or refreshes the dialog (RFC 3261 §12.1.1). */
  createResponse(request: SipRequest, status: number, body?: string): SipResponse {
    const headers: [string, string][] = request.headers.all('Record-Route').map((value) => ['Record-Route', value]);
    headers.push(['Contact', this.core.contact], ['Allow', ALLOW], ['Server', this.core.persona.product]);
    if (body === undefined) return createResponse(request, status, { toTag: this.dialog.localTag, headers });
    return createResponse(request, status, { toTag: this.dialog.localTag, headers: [...headers, ['Content-Type', SDP]], body });
  }

  /** Ends the session with BYE; after a 2xx of ours only once its ACK came (RFC 3261 §15). */
  hangUp(): void {
    if (this.#acceptances.size > 0) this.#byeWanted = true;
    else this.#bye('local');
  }

  /** Offers the session anew (RFC 3261 §14.1). The final status, or undefined where none came. */
  reinvite(offer?: string): Promise<number | undefined> {
    const reinvitation = new Reinvitation(this, offer, () => this.#bye('lost'));
    this.#reinvitation = reinvitation;
    return reinvitation.start().finally(() => {
      if (this.#reinvitation === reinvitation) this.#reinvitation = undefined;
    });
  }

  request(transaction: ServerTransaction): void {
    const { request } = transaction;
    // RFC 3261 §12.2.2: a lower CSeq number is out of order.
    if (!this.dialog.receiveSequence(request.cseq?.sequence ?? 0)) this.#respond(transaction, 500, { reason: 'CSeq Out Of Order' });
    else if (request.method === 'INVITE') this.#reinvited(transaction);
    else if (request.method === 'BYE') this.#byeReceived(transaction);
    else this.ports.request(transaction);
  }

  acknowledged(ack: SipRequest): void {
    const sequence = ack.cseq?.sequence ?? 0;
    this.#acceptances.get(sequence)?.stop();
    this.#acceptances.delete(sequence);
    if (this.#byeWanted && this.#acceptances.size === 0) this.#bye('local');
  }

  /** Sends a request within the dialog. */
  send(
    request: SipRequest,
    hopUri: string,
    handlers: { final(response: SipResponse): void; failed(): void; abandoned?(): void },
  ): Exchange {
    const hop = addressOfUri(hopUri) ?? this.fallbackHop;
    const exchange = new Exchange(this.core, request, { hop, nextSequence: () => this.dialog.nextSequence() }, handlers);
    exchange.start();
    return exchange;
  }

  /** Forgets the dialog without a word. */
  drop(): void {
    this.#over = true;
    this.dialog.terminate();
    this.core.dialogs.remove(this);
    for (const acceptance of this.#acceptances.values()) acceptance.stop();
    this.#acceptances.clear();
    this.#reinvitation?.stop();
  }

  #reinvited(transaction: ServerTransaction): void {
    const offer = sdpOf(transaction.request);
    if (this.#reinvitation?.pending || (this.dialog.state === 'early' && this.dialog.isCaller)) {
      this.#respond(transaction, 491); // RFC 3261 §14.2: our own INVITE is in progress
    } else if (this.dialog.state === 'early') {
      // RFC 3261 §14.2: the first INVITE has no final response yet; the peer is to try again in up to 10 s.
      this.#respond(transaction, 500, { headers: [['Retry-After', String(this.core.random.below(11))]] });
    } else {
      const body = offer === undefined ? this.media.offer() : this.media.answer(offer);
      if (body === undefined) return this.#respond(transaction, 488);
      this.dialog.refreshTarget(transaction.request);
      this.accept(transaction, body);
    }
  }

  #byeReceived(transaction: ServerTransaction): void {
    this.#respond(transaction, 200);
    this.#end('remote');
  }

  #bye(why: SessionEnd): void {
    if (this.#over) return;
    const { request, hopUri } = this.dialog.createRequest('BYE');
    // RFC 3261 §15.1.1: the session is over whatever comes back.
    this.send(request, hopUri, { final: () => {}, failed: () => {} });
    this.#end(why);
  }

  #end(why: SessionEnd): void {
    if (this.#over) return;
    this.drop();
    this.ports.ended(why);
  }

  #respond(transaction: ServerTransaction, status: number, options: ResponseOptions = {}): void {
    transaction.respond(createResponse(transaction.request, status, options));
  }
}
