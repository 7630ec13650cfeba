import { createResponse } from '../sip/create-response.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import type { ControlConnection } from './control-connection.js';
import type { Core } from './core.js';
import type { IncomingRequest, IncomingRequests } from './incoming-requests.js';
import { newRequestLeader } from './leader.js';

/** Hands requests that belong to no dialog to the applications, one after another. */
export class NewRequests {
  /** @param most requests that may wait for an application's first word */
  constructor(
    private readonly core: Core,
    private readonly requests: IncomingRequests,
    private readonly most: number,
  ) {}

  receive(transaction: ServerTransaction, octets: number): void {
    const { request } = transaction;
    if (this.core.habits.statelessTrying === false && this.core.layer.isMerged(transaction)) return this.#refuse(transaction, 482); // RFC 3261 §8.2.2.2
    this.#trying(transaction);
    const application = this.core.applications.next(request.method);
    if (!application || this.requests.waiting >= this.most) return this.#refuse(transaction, 503);
    const id = this.core.names.uuid();
    const known: IncomingRequest = {
      id,
      transaction,
      application,
      dialog: undefined,
      inDialog: false,
      octets,
      answered: 'none',
      toTag: '',
    };
    this.requests.add(known);
    this.deliver(known, application);
  }

  deliver(known: IncomingRequest, application: ControlConnection): void {
    known.application = application;
    const { transaction, octets, id } = known;
    const sip = transaction.request.toBuffer();
    const sighting = this.core.sightings.received(octets, transaction.flow.remote);
    application.send(newRequestLeader(sighting, id, transaction.flow.listener.local), sip);
    if (transaction.request.method === 'INVITE') this.core.cdr.attempt(sighting, sip);
  }

  #trying({ request, flow }: ServerTransaction): void {
    if (request.method !== 'INVITE') return;
    this.core.layer.sendResponse(createResponse(request, 100), flow.listener);
  }

  #refuse(transaction: ServerTransaction, status: number): void {
    transaction.respond(createResponse(transaction.request, status, { toTag: this.core.names.tag() }));
  }
}
