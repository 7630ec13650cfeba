import type { SipResponse } from '../sip/message.js';
import type { Flow } from '../transaction/flow.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import { bestFinal } from './best-final.js';
import type { Core } from './core.js';
import { branchFinal } from './leader.js';
import type { BranchListener, ProxyBranch } from './proxy-branch.js';
import type { ProxyOrder } from './proxy-order.js';
import { UpstreamLeg } from './upstream-leg.js';

/** Targets that redirect to each other must come to an end. */
const MOST_BRANCHES = 50;

/** What a proxied request needs from its server. */
export interface ProxiedRequestPorts {
  readonly core: Core;
  readonly order: ProxyOrder;
  /** A branch to a target that is not started; undefined where the target means nothing. */
  branchTo(target: string, listener: BranchListener): ProxyBranch | undefined;
  /** Says something to the application that gave the order, if one did. */
  report(text: string, sip?: Buffer): void;
  /** A branch's target wants credentials. */
  challenged(branch: ProxyBranch, response: SipResponse): void;
  /** The last branch has ended and the caller has a final response. */
  closed(): void;
}

/** A request on its way to one target or several (RFC 3261 §16), as an application ordered. */
export class ProxiedRequest implements BranchListener {
  readonly #branches: ProxyBranch[] = [];
  readonly #finals: SipResponse[] = [];
  readonly #upstream: UpstreamLeg;
  #targets: string[];
  #searching = true;
  #reported = false;

  constructor(
    readonly transaction: ServerTransaction,
    private readonly ports: ProxiedRequestPorts,
  ) {
    this.#targets = [...ports.order.destinations];
    this.#upstream = new UpstreamLeg(transaction, ports.core);
  }

  /** @returns false where no target could be tried */
  start(): boolean {
    this.#startNext();
    if (this.#branches.length === 0) return false;
    if (!this.ports.order.fullResponse) this.#done();
    return true;
  }

  /** The caller has cancelled: the server answers him itself, and whoever was asked is told. */
  cancel(): void {
    if (this.#upstream.finished) return;
    this.#upstream.make(487);
    this.#stopSearching();
    this.#closeIfOver();
  }

  abandon(): void {
    for (const branch of this.#branches) branch.abandon();
    this.#upstream.end();
  }

  forwardable(branch: ProxyBranch, response: SipResponse, flow: Flow): void {
    const isFinal = response.status >= 200;
    if (isFinal && !this.#upstream.accepted) this.#reportFinal(branch, response, flow);
    if (isFinal && this.#searching) this.#done();
    this.#upstream.forward(response);
    if (isFinal) this.#stopSearching();
    this.#closeIfOver();
  }

  failed(branch: ProxyBranch, response: SipResponse, flow: Flow): void {
    this.#reportFinal(branch, response, flow);
    const followed = this.#followRedirect(response);
    if (!followed) this.#finals.push(response);
    const { ranksFinalsItsWay } = this.ports.core.habits;
    const isChallenge = response.status === 401 || response.status === 407;
    // RFC 3261 §16.7 item 5: a 6xx speaks for all. The real server ends its search at a challenge instead.
    if (ranksFinalsItsWay ? isChallenge : response.status >= 600) this.#dropOthers();
    if (isChallenge) this.ports.challenged(branch, response);
    if (ranksFinalsItsWay && isChallenge) this.#decide();
    else this.#goOn();
  }

  silent(_branch: ProxyBranch, status: 408 | 503): void {
    // RFC 3261 §16.7, §16.9: as if such a response had come. With the real server only one that came is a candidate.
    if (!this.ports.core.habits.ranksFinalsItsWay) this.#finals.push(this.#upstream.own(status));
    this.#goOn();
  }

  /** RFC 3261 §16.8: as if a 408 had come. With the real server it is the last word, whatever came or might come elsewhere. */
  overdue(): void {
    if (this.ports.core.habits.ranksFinalsItsWay) return this.#conclude(this.#upstream.own(408));
    this.#finals.push(this.#upstream.own(408));
    this.#goOn();
  }

  #startNext(): void {
    while (this.#targets.length > 0) {
      const target = this.#targets.shift() ?? '';
      const branch = this.ports.branchTo(target, this);
      if (!branch) continue;
      this.#branches.push(branch);
      const sent = branch.start(this.ports.core.layer);
      if (branch.request.method === 'INVITE') this.#recordAttempt(sent);
      if (!this.ports.order.simultaneous) return;
    }
  }

  #recordAttempt(sent: Buffer): void {
    const { cdr, sightings } = this.ports.core;
    cdr.attempt(sightings.sent(sent.length, this.transaction.flow.listener.local), sent);
  }

  #reportFinal(branch: ProxyBranch, response: SipResponse, flow: Flow): void {
    const { cdr, sightings } = this.ports.core;
    const sip = response.toBuffer();
    const sighting = sightings.received(sip.length, flow.remote);
    if (branch.request.method === 'INVITE') {
      if (response.status === 200) cdr.start(sighting, 'proxy-uac', sip);
      else cdr.stop(sighting, response.status === 487 ? 'call-canceled' : 'call-rejected', sip);
    }
    if (this.ports.order.fullResponse && !this.#reported) this.ports.report(branchFinal(sighting), sip);
  }

  /** RFC 3261 §16.5: the contacts of a redirection take its target's place. */
  #followRedirect(response: SipResponse): boolean {
    if (!this.ports.order.followRedirects || response.status >= 400) return false;
    const room = MOST_BRANCHES - this.#branches.length - this.#targets.length;
    const contacts = response.contacts.slice(0, Math.max(room, 0)).map(({ uriText }) => uriText);
    this.#targets.unshift(...contacts);
    return contacts.length > 0;
  }

  #goOn(): void {
    if (!this.#searching) return this.#closeIfOver();
    this.#startNextIfFree();
    if (this.#targets.length === 0 && this.#branches.every((branch) => branch.ended)) this.#decide();
  }

  #startNextIfFree(): void {
    if (this.ports.order.simultaneous || this.#branches.every((branch) => branch.ended)) this.#startNext();
  }

  #decide(): void {
    this.#conclude(bestFinal(this.#finals, this.ports.core.habits.ranksFinalsItsWay) ?? this.#upstream.own(408));
  }

  #conclude(response: SipResponse): void {
    this.#stopSearching();
    this.#upstream.finish(response, this.ports.core.habits.ranksFinalsItsWay);
    this.#done();
    this.#closeIfOver();
  }

  #dropOthers(): void {
    this.#targets = [];
    for (const branch of this.#branches) branch.cancel();
  }

  #stopSearching(): void {
    this.#searching = false;
    this.#dropOthers();
  }

  #done(): void {
    if (this.#reported) return;
    this.#reported = true;
    this.ports.report('OK|done');
  }

  #closeIfOver(): void {
    if (!this.#upstream.finished || this.#branches.some((branch) => !branch.ended)) return;
    this.#done();
    this.ports.closed();
  }
}
