import type { InviteClientTransaction } from '../transaction/invite-client-transaction.js';
import type { ControlConnection } from './control-connection.js';

/** A request that an application sent and whose final response is still to come. */
export interface OutgoingRequest {
  /** The id that the server gave it. */
  readonly id: string;
  readonly application: ControlConnection;
  /** Empty where it belongs to no dialog and makes none. */
  readonly dialogId: string;
  /** There for an INVITE, which can be cancelled. */
  readonly invite?: InviteClientTransaction;
}

/** The requests of applications that are under way. */
export class OutgoingRequests {
  readonly #requests = new Map<string, OutgoingRequest>();

  get size(): number {
    return this.#requests.size;
  }

  add(request: OutgoingRequest): void {
    this.#requests.set(request.id, request);
  }

  get(id: string): OutgoingRequest | undefined {
    return this.#requests.get(id);
  }

  delete(id: string): void {
    this.#requests.delete(id);
  }

  clear(): void {
    this.#requests.clear();
  }
}
