import { createResponse } from '../sip/create-response.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import type { ControlConnection } from './control-connection.js';
import type { Core } from './core.js';
import type { IncomingRequest, IncomingRequests } from './incoming-requests.js';
import { newRequestLeader } from './leader.js';
import type { OutboundCalls } from './outbound-calls.js';
import type { Proxies } from './proxies.js';
import { readDuration } from './proxy-order.js';
import type { ProxyAction, RequestAction, RequestHandler } from './request-handler.js';

export interface NewRequestPorts {
  readonly core: Core;
  readonly requests: IncomingRequests;
  readonly proxies: Proxies;
  readonly outbound: OutboundCalls;
  /** Undefined: the applications are asked in turn. */
  readonly handler: RequestHandler | undefined;
  /** Requests that may wait for an application's first word. */
  readonly most: number;
}

/** Hands requests that belong to no dialog to the applications, or does with them what a request handler says. */
export class NewRequests {
  constructor(private readonly ports: NewRequestPorts) {}

  receive(transaction: ServerTransaction, octets: number): void {
    const { core, requests, most, handler } = this.ports;
    const { request } = transaction;
    if (!core.habits.statelessTrying && core.layer.isMerged(transaction)) return this.#refuse(transaction, 482); // RFC 3261 §8.2.2.2
    this.#trying(transaction);
    const application = handler ? undefined : core.applications.next(request.method);
    if (requests.waiting >= most || (!handler && !application)) return this.#refuse(transaction, 503);
    const known: IncomingRequest = {
      id: core.names.uuid(),
      transaction,
      application,
      dialog: undefined,
      inDialog: false,
      octets,
      answered: 'none',
      toTag: '',
    };
    requests.add(known);
    if (application) this.#deliver(known, application);
    else if (handler) void this.#ask(handler, known);
  }

  #trying(transaction: ServerTransaction): void {
    const { request, flow } = transaction;
    if (request.method !== 'INVITE') return;
    const trying = createResponse(request, 100);
    if (this.ports.core.habits.statelessTrying) this.ports.core.layer.sendResponse(trying, flow.listener);
    else transaction.respond(trying);
  }

  #deliver(known: IncomingRequest, application: ControlConnection): void {
    known.application = application;
    const { sightings, cdr } = this.ports.core;
    const { transaction, octets, id } = known;
    const sip = transaction.request.toBuffer();
    const sighting = sightings.received(octets, transaction.flow.remote);
    application.send(newRequestLeader(sighting, id, transaction.flow.listener.local), sip);
    if (transaction.request.method === 'INVITE') cdr.attempt(sighting, sip);
  }

  async #ask(handler: RequestHandler, known: IncomingRequest): Promise<void> {
    const { request, flow } = known.transaction;
    const { method, requestUri } = request;
    const message = request.toBuffer().toString('utf8');
    try {
      const action = await handler({ method, requestUri, message, source: flow.remote, receivedOn: flow.listener.local });
      this.#act(known, typeof action === 'string' ? { action: 'route', data: { uri: action } } : action);
    } catch {
      this.#answer(known, 480); // as where the application cannot be reached
    }
  }

  #act(known: IncomingRequest, action: RequestAction | undefined): void {
    if (!this.#waits(known)) return;
    switch (action?.action) {
      case undefined:
        return this.#deliverOr(known, this.ports.core.applications.next(known.transaction.request.method), 503);
      case 'reject':
        return this.#answer(known, action.data.status, action.data.reason);
      case 'redirect':
        return this.#answer(known, 302, undefined, [['Contact', action.data.contacts.map((contact) => `<${contact}>`).join(', ')]]);
      case 'proxy':
        return this.#proxy(known, action);
      case 'route':
        return this.#route(known, action.data);
    }
  }

  #route(known: IncomingRequest, data: { uri: string } | { tag: string }): void {
    const { applications } = this.ports.core;
    if ('tag' in data) return this.#deliverOr(known, applications.next(known.transaction.request.method, data.tag), 480);
    void this.ports.outbound.call(data.uri, {
      ready: (connection) => {
        if (this.#waits(known)) this.#deliver(known, connection);
      },
      failed: () => this.#answer(known, 480),
    });
  }

  #proxy(known: IncomingRequest, { data }: ProxyAction): void {
    this.ports.requests.delete(known);
    const order = {
      remainInDialog: data.recordRoute ?? false,
      fullResponse: false,
      followRedirects: data.followRedirects ?? false,
      simultaneous: data.simultaneous ?? false,
      provisionalTimeout: readDuration(data.provisionalTimeout),
      finalTimeout: readDuration(data.finalTimeout),
      destinations: data.destinations,
    };
    if (!this.ports.proxies.launch(known.transaction, order, [], () => {})) this.#refuse(known.transaction, 500);
  }

  #deliverOr(known: IncomingRequest, application: ControlConnection | undefined, status: number): void {
    if (application) this.#deliver(known, application);
    else this.#answer(known, status);
  }

  /** It may have been cancelled, or forgotten, while a handler thought. */
  #waits(known: IncomingRequest): boolean {
    return this.ports.requests.get(known.id) === known;
  }

  #answer(known: IncomingRequest, status: number, reason?: string, headers: [string, string][] = []): void {
    if (!this.#waits(known)) return;
    this.ports.requests.delete(known);
    this.#refuse(known.transaction, status, reason, headers);
  }

  #refuse(transaction: ServerTransaction, status: number, reason?: string, headers: [string, string][] = []): void {
    const toTag = this.ports.core.names.tag();
    transaction.respond(createResponse(transaction.request, status, { toTag, headers, ...(reason !== undefined && { reason }) }));
  }
}
