import { createResponse } from '../sip/create-response.js';
import type { SipResponse } from '../sip/message.js';
import type { Flow } from '../transaction/flow.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import { breadthOf } from './breadth.js';
import { forwardedRequest } from './forward-request.js';
import { type Forwarder, type ForwarderPorts, recordsRoute } from './forwarder.js';
import type { OwnNames } from './own-names.js';
import type { Rejection } from './rejection.js';
import { type PreparedRequest, prepareRequest } from './route-preprocessing.js';
import { incomingListener, statelessBranch, statelessTag } from './stateless-branch.js';
import type { Target, TargetSet } from './target-set.js';

export interface StatelessPorts extends ForwarderPorts {
  readonly own: OwnNames;
  readonly targets: TargetSet;
}

/** RFC 3261 §16.11: forwards message by message. Nothing is retransmitted, no 100 sent, and nobody is told of silence. */
export class StatelessForwarder implements Forwarder {
  readonly openContexts = 0;

  readonly #secret: string;

  constructor(private readonly ports: StatelessPorts) {
    this.#secret = ports.newTag();
  }

  /** To the first target only: the same for every retransmission as long as registrations stand. */
  request(transaction: ServerTransaction, prepared: PreparedRequest, [target]: readonly Target[]): void {
    if (!target?.flow) return this.reject(transaction, { status: 500 });
    if (breadthOf(prepared.request) === 0) return this.reject(transaction, { status: 440 });
    transaction.terminate();
    this.#send(prepared, transaction.flow, target, target.flow);
  }

  reject(transaction: ServerTransaction, { status, reason, headers = [] }: Rejection): void {
    transaction.terminate();
    const { request, flow } = transaction;
    const toTag = statelessTag(request, this.#secret);
    this.ports.layer.sendResponse(
      createResponse(request, status, { toTag, headers, ...(reason !== undefined && { reason }) }),
      flow.listener,
    );
  }

  /** Only towards our own domain, or within a dialog: a CANCEL cannot be challenged, and could be sent anywhere. */
  cancel(transaction: ServerTransaction): void {
    const { own, dialogs, targets } = this.ports;
    const { request, flow } = transaction;
    const prepared = prepareRequest(request, own);
    const { uri } = prepared.request;
    const found = dialogs.includes(request) || (uri && own.owns(uri)) ? targets.of(prepared, flow.listener) : undefined;
    if (!found || 'status' in found) return this.reject(transaction, { status: 481 });
    this.request(transaction, prepared, found);
  }

  ack(prepared: PreparedRequest, flow: Flow, target: Target): void {
    if (target.flow) this.#send(prepared, flow, target, target.flow);
  }

  /** Takes our Via off, and sends the response to where the next one says. */
  response(response: SipResponse, flow: Flow): void {
    const { layer, dialogs, judge } = this.ports;
    const branch = response.topVia?.branch;
    const number = branch === undefined ? undefined : incomingListener(branch);
    const listener = number === undefined ? undefined : layer.listeners[number];
    response.headers.removeFirst('Via');
    if (!listener || !response.headers.has('Via')) return;
    // What was routed before within the same dialog, the first final itself included, answers no initial request.
    const initial = !dialogs.includes(response);
    if (response.status >= 300 && !judge.mayRoute(response, flow, initial)) return;
    if (response.status >= 200 && initial) judge.noteForwarding(response, flow, initial);
    // The ACK for a failure passes here too, so every final counts.
    if (response.status >= 200 && response.cseq?.method === 'INVITE') dialogs.remember(response);
    layer.sendResponse(response, listener);
  }

  stop(): void {}

  #send(prepared: PreparedRequest, from: Flow, { requestUri }: Target, to: Flow): void {
    const { layer } = this.ports;
    const { request, received, loopHash } = prepared;
    const passage = { incoming: from.listener, outgoing: to.listener };
    const options = { recordRoute: recordsRoute(this.ports, request), breadth: breadthOf(request) };
    const forwarded = forwardedRequest(request, requestUri, passage, options);
    layer.sendRequest(forwarded, to, { branch: statelessBranch(received, layer.listeners.indexOf(from.listener), loopHash) });
  }
}
