import type { Clock } from '../platform/clock.js';
import type { Random } from '../platform/random.js';
import { createResponse } from '../sip/create-response.js';
import type { SipRequest, SipResponse } from '../sip/message.js';
import type { Flow } from '../transaction/flow.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import type { TimerValues } from '../transaction/timer-values.js';
import { Branch, type BranchListener } from './branch.js';
import { breadthOf } from './breadth.js';
import { forwardedRequest } from './forward-request.js';
import { type Forwarder, type ForwarderPorts, makesDialog, recordsRoute } from './forwarder.js';
import { branchWithLoopHash } from './loop-detection.js';
import type { Rejection } from './rejection.js';
import { ResponseContext } from './response-context.js';
import type { PreparedRequest } from './route-preprocessing.js';
import type { Target } from './target-set.js';

const UNIQUE_DIGITS = 16;
const RETRY_AFTER = '5'; // seconds

export interface StatefulPorts extends ForwarderPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly timers: TimerValues;
  /** Response contexts at a time. */
  readonly most: number;
}

/** RFC 3261 §16.6 to §16.10: a response context for every request, a client transaction for every branch. */
export class StatefulForwarder implements Forwarder {
  readonly #contexts = new Map<ServerTransaction, ResponseContext>();

  constructor(private readonly ports: StatefulPorts) {}

  get openContexts(): number {
    return this.#contexts.size;
  }

  request(transaction: ServerTransaction, prepared: PreparedRequest, targets: readonly Target[]): void {
    const { layer, judge, most } = this.ports;
    if (this.#contexts.size >= most) return this.reject(transaction, { status: 503, headers: [['Retry-After', RETRY_AFTER]] });
    const { request } = transaction;
    const breadth = breadthOf(request);
    if (breadth === 0) return this.reject(transaction, { status: 440 });
    const initial = request.toTag === undefined;
    const context = new ResponseContext(transaction, targets, breadth, {
      open: (target, share, listener) => this.#openBranch(transaction.flow, prepared, target, share, listener),
      mayRoute: (response, flow) => judge.mayRoute(response, flow, initial),
      passing: (response) => this.#noteDialog(request, response),
      forwarding: (response, flow) => {
        if (flow) judge.noteForwarding(response, flow, initial);
        if (endsDialog(request, response)) this.ports.dialogs.forget(request);
      },
      sendStatelessly: (response) => layer.sendResponse(response, transaction.flow.listener),
      newTag: () => this.ports.newTag(),
      closed: () => this.#contexts.delete(transaction),
    });
    this.#contexts.set(transaction, context);
    context.start();
  }

  reject(transaction: ServerTransaction, { status, reason, headers = [] }: Rejection): void {
    const toTag = this.ports.newTag();
    transaction.respond(createResponse(transaction.request, status, { toTag, headers, ...(reason !== undefined && { reason }) }));
  }

  /** §16.10. No INVITE is forwarded without a context, so a CANCEL without one has nothing to end, and is not passed on (§9.2). */
  cancel(transaction: ServerTransaction, matched: ServerTransaction | undefined): void {
    this.reject(transaction, { status: matched ? 200 : 481 });
    if (matched?.request.method === 'INVITE') this.#contexts.get(matched)?.cancel();
  }

  /** It travels end to end without a transaction (§16.6, §13.2.2.4). */
  ack({ request, loopHash }: PreparedRequest, { listener }: Flow, { requestUri, flow }: Target): void {
    if (!flow) return;
    const passage = { incoming: listener, outgoing: flow.listener };
    const forwarded = forwardedRequest(request, requestUri, passage, { recordRoute: false, breadth: breadthOf(request) });
    this.ports.layer.sendRequest(forwarded, flow, { branch: this.#newBranch(loopHash) });
  }

  /** RFC 6026 §7.2: a stateful proxy forwards nothing that answers none of its transactions. */
  response(): void {}

  stop(): void {
    for (const context of this.#contexts.values()) context.abandon();
    this.#contexts.clear();
  }

  #openBranch(from: Flow, { request, loopHash }: PreparedRequest, target: Target, breadth: number, listener: BranchListener): Branch {
    const { clock, timers, layer } = this.ports;
    const branch = new Branch(clock, timers.timerC, listener);
    const { flow } = target;
    if (!flow) {
      branch.fail();
      return branch;
    }
    const passage = { incoming: from.listener, outgoing: flow.listener };
    const recordRoute = recordsRoute(this.ports, request);
    const forwarded = forwardedRequest(request, target.requestUri, passage, { recordRoute, breadth });
    const options = { branch: this.#newBranch(loopHash) };
    branch.start(forwarded.method, (handlers) =>
      forwarded.method === 'INVITE' ? layer.invite(forwarded, flow, handlers, options) : layer.request(forwarded, flow, handlers, options),
    );
    return branch;
  }

  /** A 2xx makes a dialog; a reliable provisional an early one, in which PRACK and UPDATE are sent (RFC 3262). */
  #noteDialog(request: SipRequest, response: SipResponse): void {
    if (makesDialog(request) && (response.status >= 200 || response.headers.has('RSeq'))) this.ports.dialogs.remember(response);
  }

  #newBranch(loopHash: string): string {
    return branchWithLoopHash(this.ports.random.token(UNIQUE_DIGITS), loopHash);
  }
}

/** RFC 3261 §15.1.1, §12.2.1.2: a BYE that was challenged or refused leaves the dialog as it is, and is sent again within it. */
function endsDialog(request: SipRequest, { status }: SipResponse): boolean {
  return request.method === 'BYE' && (status < 300 || status === 481);
}
