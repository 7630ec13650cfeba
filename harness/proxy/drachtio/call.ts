import type { Clock, Timer } from '../../platform/clock.js';
import { formatSocketAddress } from '../../platform/socket-address.js';
import { createResponse } from '../../sip/create-response.js';
import type { SipRequest, SipResponse } from '../../sip/message.js';
import { decodeUtf8 } from '../../sip/octets.js';
import type { Flow } from '../../transaction/flow.js';
import type { ListeningPoint } from '../../transaction/listener.js';
import { bestResponse } from '../best-response.js';
import type { ResponseJudge } from '../response-judge.js';
import type { Target } from '../target-set.js';
import { answer, sendStatus } from './answer.js';
import { relayedFields, requestFields } from './fields.js';
import { joinDialogs } from './join-dialogs.js';
import { addressIn, responseIn } from './message-view.js';
import type { Srf, SrfDialog, SrfFailure, SrfReply, SrfRequest, SrfResponse, SrfSentRequest } from './srf-port.js';

export interface CallPorts {
  readonly srf: Srf;
  readonly clock: Clock;
  readonly judge: ResponseJudge;
  /** How long a call whose rejection was absorbed is kept, ms. */
  readonly guardMs: number;
  /** How long a callee may ring, ms; counted anew from each provisional response. */
  readonly ringMs: number;
  /** The point that a request left from. */
  pointOf(sent: SrfSentRequest): ListeningPoint | undefined;
  /** The call is over, or answered. */
  closed(call: Call): void;
}

/** An INVITE that is to be taken on. */
export interface Invitation {
  readonly req: SrfRequest;
  readonly res: SrfResponse;
  /** As prepared for forwarding. */
  readonly request: SipRequest;
  readonly targets: readonly Target<ListeningPoint>[];
}

interface Candidate {
  readonly response: SipResponse;
  /** Undefined where we made the response ourselves. */
  readonly flow: Flow<ListeningPoint> | undefined;
}

/** How a leg ended that no dialog came from. */
type LegEnd = { readonly kind: 'absorbed' } | ({ readonly kind: 'final' } & Candidate);

/** RFC 3261 §21.1.5: progress that is not otherwise classified; it does not say that anybody rings. */
const SESSION_PROGRESS = 183;
/** The server chooses the To tag of what goes upstream. */
const NO_TAG = (): string => 'none';

/**
 * One INVITE and the legs that it is taken on with, one callee after the other. No leg's failure goes upstream by itself:
 * `passFailure` is false for all, and what becomes of a final response 300–699 is decided in one place.
 *
 * With nothing but absorbed legs there is nothing to send: the call is kept until the caller cancels, and then the server
 * answers 200 and 487. Since no server ends it otherwise, a guard does: longer than anybody's horizon, and then a 480.
 */
export class Call {
  readonly #candidates: Candidate[] = [];
  #leg: SrfSentRequest | undefined;
  #timer: Timer | undefined;
  /** A provisional response went to the caller. */
  #progressed = false;
  /** The callee was cancelled since he rang for too long. */
  #gaveUp = false;
  #open = true;

  constructor(
    private readonly invitation: Invitation,
    private readonly ports: CallPorts,
  ) {}

  start(): void {
    this.invitation.req.on('cancel', () => this.#cancelled());
    void this.#hunt();
  }

  /** The server stops: no timer, no word to anybody. */
  abandon(): void {
    this.#open = false;
    this.#stopTimer();
  }

  async #hunt(): Promise<void> {
    for (const target of this.invitation.targets) {
      const end = await this.#try(target);
      if (!this.#open || end === 'answered') return;
      if (end.kind === 'absorbed') continue;
      this.#candidates.push(end);
      if (end.response.status >= 600) break; // RFC 3261 §16.7 item 5: it speaks for all
    }
    this.#decide();
  }

  async #try({ flow, requestUri }: Target<ListeningPoint>): Promise<LegEnd | 'answered'> {
    const { req, res, request } = this.invitation;
    if (!flow) return this.#ownFinal(503);
    this.#leg = undefined;
    this.#gaveUp = false;
    try {
      const { uas, uac } = await this.ports.srf.createB2BUA(
        req,
        res,
        decodeUtf8(requestUri),
        {
          headers: requestFields(request, flow.listener),
          responseHeaders: (reply) => this.#passing(reply),
          passFailure: false,
          proxy: `sip:${formatSocketAddress(flow.remote)}`,
        },
        { cbRequest: (_error, sent) => this.#sent(sent) },
      );
      this.#answered(uas, uac);
      return 'answered';
    } catch (failure) {
      return this.#endOf(failure as SrfFailure);
    } finally {
      this.#stopTimer();
    }
  }

  #sent(leg: SrfSentRequest | undefined): void {
    this.#leg = leg;
    if (this.#open) this.#waitForCallee();
    else leg?.cancel(); // the caller's CANCEL was quicker than the server's word that the INVITE is out
  }

  /** A provisional response, or the 200, goes upstream. */
  #passing(reply: SrfReply): Record<string, string> {
    if (reply.status < 200) {
      this.#progressed = true;
      this.#waitForCallee();
    }
    const response = responseIn(reply);
    if (!response) return {};
    const type = response.contentType;
    return { ...relayedFields(response), ...(type === undefined ? {} : { 'Content-Type': type }) };
  }

  #answered(uas: SrfDialog, uac: SrfDialog): void {
    const response = responseIn(uac.res);
    const flow = this.#flowOf(uac.res);
    if (response && flow) this.ports.judge.noteForwarding(response, flow, true);
    joinDialogs(uas, uac);
    this.#close();
  }

  /** The one place where a callee's final response is let through or kept back. */
  #endOf({ res: reply, status }: SrfFailure): LegEnd {
    const flow = reply && this.#flowOf(reply);
    const response = reply && responseIn(reply);
    // Not from the network: nobody answered (408), nobody can be reached (503), or the library gave up by itself.
    if (!this.#open || !response || !flow || response.status < 300) return this.#ownFinal(status ?? 500);
    if (this.#gaveUp && response.status === 487) return this.#ownFinal(408);
    if (!this.ports.judge.mayRoute(response, flow, true)) return { kind: 'absorbed' };
    return { kind: 'final', response, flow };
  }

  #decide(): void {
    const { request, res } = this.invitation;
    if (res.finalResponseSent) return this.#close();
    const candidates = this.#candidates.map(({ response }) => response);
    if (candidates.length === 0) return this.#hold();
    const best = bestResponse(request, candidates, false, NO_TAG);
    const flow = this.#candidates.find(({ response }) => response === best)?.flow;
    if (flow) this.ports.judge.noteForwarding(best, flow, true);
    answer(res, best, relayedFields(best));
    this.#close();
  }

  /** A drachtio-server forgets after 64 s an INVITE that an application has said nothing to, and then knows no CANCEL for it. */
  #hold(): void {
    const { res } = this.invitation;
    if (!this.#progressed) sendStatus(res, SESSION_PROGRESS);
    this.#timer = this.ports.clock.setTimer(this.ports.guardMs, () => {
      sendStatus(res, 480);
      this.#close();
    });
  }

  /** The server has answered both the CANCEL and the INVITE; the library is to know that the INVITE is over. */
  #cancelled(): void {
    if (!this.#open) return;
    sendStatus(this.invitation.res, 487);
    this.#close();
  }

  #waitForCallee(): void {
    this.#stopTimer();
    this.#timer = this.ports.clock.setTimer(this.ports.ringMs, () => {
      this.#gaveUp = true;
      this.#leg?.cancel();
    });
  }

  #flowOf(reply: SrfReply): Flow<ListeningPoint> | undefined {
    const listener = this.#leg && this.ports.pointOf(this.#leg);
    const remote = addressIn(reply);
    return listener && remote && { listener, remote };
  }

  #ownFinal(status: number): LegEnd {
    return { kind: 'final', response: createResponse(this.invitation.request, status), flow: undefined };
  }

  #stopTimer(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#stopTimer();
    this.ports.closed(this);
  }
}
