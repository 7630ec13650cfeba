import { createResponse } from '../sip/create-response.js';
import { parseUri } from '../sip/uri.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import type { AppMessage } from './app-message.js';
import { Challenges } from './challenges.js';
import { extraFields } from './compose.js';
import type { ControlConnection } from './control-connection.js';
import type { Core } from './core.js';
import { forwardedRequest } from './forwarded-request.js';
import type { IncomingRequests } from './incoming-requests.js';
import type { NextHop } from './next-hop.js';
import { namesThisServer } from './passing-requests.js';
import { ProxiedRequest } from './proxied-request.js';
import { type BranchListener, ProxyBranch } from './proxy-branch.js';
import type { ProxyOrder } from './proxy-order.js';
import { uriAddress } from './uri-address.js';

/** More than three minutes, as RFC 3261 §16.6 item 11 wants it: 185 s, as the real server has it, in units of T1. */
const TIMER_C_IN_T1 = 370;

/** The requests that the server forwards for applications. */
export class Proxies {
  readonly #byTransaction = new Map<ServerTransaction, ProxiedRequest>();

  readonly #challenges: Challenges;

  constructor(
    private readonly core: Core,
    private readonly requests: IncomingRequests,
    private readonly nextHop: NextHop,
  ) {
    this.#challenges = new Challenges(core.clock);
  }

  get size(): number {
    return this.#byTransaction.size;
  }

  /** A `proxy` command for the request that the application knows by `id`. */
  order(application: ControlConnection, commandId: string, order: ProxyOrder, message: AppMessage | undefined, id: string): void {
    const request = this.requests.get(id);
    const report = (text: string, sip?: Buffer): void => application.reply(commandId, text, sip);
    // Once the application has answered by itself, the server is a user agent and can be no proxy.
    if (!request || request.inDialog || request.answered !== 'none') return report(`NOK|Unknown transaction id: ${id}`);
    this.requests.delete(request);
    const { transaction } = request;
    if (transaction.request.maxForwards === 0) {
      report('NOK|Rejected with 483 Too Many Hops due to Max-Forwards value of 0');
      return this.#refuse(transaction, 483);
    }
    const challenger = this.#challenges.targetOf(transaction.request);
    const targets = challenger === undefined ? order : { ...order, destinations: [challenger] };
    if (this.launch(transaction, targets, message ? extraFields(message) : [], report)) return;
    report('NOK|error proxying request to ');
    this.#refuse(transaction, 500);
  }

  /** @returns false where none of the destinations could be tried */
  launch(
    transaction: ServerTransaction,
    order: ProxyOrder,
    extra: readonly (readonly [string, string])[],
    report: (text: string, sip?: Buffer) => void,
  ): boolean {
    const proxied: ProxiedRequest = new ProxiedRequest(transaction, {
      core: this.core,
      order,
      branchTo: (target, listener) => this.#branchTo(target, transaction, order, extra, listener),
      report,
      challenged: (branch, response) => this.#challenges.remember(response, branch.target),
      closed: () => this.#byTransaction.delete(transaction),
    });
    this.#byTransaction.set(transaction, proxied);
    const started = proxied.start();
    if (!started) this.#byTransaction.delete(transaction);
    return started;
  }

  /** The caller's CANCEL; false where nothing of his is under way here. */
  cancel(transaction: ServerTransaction): boolean {
    const proxied = this.#byTransaction.get(transaction);
    proxied?.cancel();
    return proxied !== undefined;
  }

  stop(): void {
    this.#challenges.stop();
    for (const proxied of this.#byTransaction.values()) proxied.abandon();
    this.#byTransaction.clear();
  }

  #branchTo(
    target: string,
    { request, flow }: ServerTransaction,
    order: ProxyOrder,
    extra: readonly (readonly [string, string])[],
    listener: BranchListener,
  ): ProxyBranch | undefined {
    const destination = parseUri(target);
    const remote = destination.ok ? uriAddress(destination.value) : undefined;
    const outgoing = remote && this.nextHop.listenerTowards(remote, () => request);
    if (!remote || !outgoing) return undefined;
    const { uri } = request;
    const own = uri && uriAddress(uri);
    const isForUs = own !== undefined && this.nextHop.isOwn(own);
    const copy = forwardedRequest(request, {
      requestUri: isForUs ? target : request.requestUri, // what names somebody else stays, and the destination is the way there
      incoming: flow.listener,
      outgoing,
      remainInDialog: order.remainInDialog,
      dropRoute: namesThisServer(request, this.nextHop),
      extra,
    });
    const { habits, timers, clock } = this.core;
    const limits = {
      provisional: order.provisionalTimeout,
      final: habits.ignoresFinalTimeout ? undefined : order.finalTimeout,
      timerC: TIMER_C_IN_T1 * timers.t1,
    };
    return new ProxyBranch(target, copy, { listener: outgoing, remote }, clock, limits, listener, habits.proxyAcksToPeer);
  }

  #refuse(transaction: ServerTransaction, status: number): void {
    const { cdr, sightings } = this.core;
    const response = createResponse(transaction.request, status, { toTag: this.core.names.tag() });
    transaction.respond(response);
    const sip = response.toBuffer();
    if (transaction.request.method === 'INVITE') cdr.stop(sightings.sent(sip.length, transaction.flow.remote), 'call-rejected', sip);
  }
}
