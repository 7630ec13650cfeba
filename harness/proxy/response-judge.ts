import type { SipResponse } from '../sip/message.js';
import type { Flow } from '../transaction/flow.js';
import type { ListeningPoint } from '../transaction/listener.js';
import type { Decision } from '../trust/decision.js';
import { type Routing, routeResponse } from '../trust/route-response.js';
import type { TrustModel } from '../trust/trust-model.js';
import type { DecisionJournal } from './decision-journal.js';

/** Asks the trust model about responses, and keeps the journal of what it said. */
export class ResponseJudge {
  constructor(
    private readonly trust: TrustModel,
    private readonly journal: DecisionJournal,
  ) {}

  /** @param initial the request that the response answers was outside dialogs */
  mayRoute(response: SipResponse, flow: Flow<ListeningPoint>, initial: boolean): boolean {
    const { outcome, journal } = this.#judge(response, flow, initial);
    if (outcome === 'absorb') this.journal.write(journal);
    return outcome === 'forward';
  }

  /** The final response to an INVITE goes upstream: why it was routed. */
  noteForwarding(response: SipResponse, flow: Flow<ListeningPoint>, initial: boolean): void {
    if (response.cseq?.method === 'INVITE') this.journal.write(this.#judge(response, flow, initial).journal);
  }

  #judge(response: SipResponse, flow: Flow<ListeningPoint>, initial: boolean): Decision<Routing> {
    return routeResponse(this.trust, { flow, status: response.status, method: response.cseq?.method ?? '', initial });
  }
}
