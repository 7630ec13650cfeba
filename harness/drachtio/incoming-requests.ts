import type { Clock, Timer } from '../platform/clock.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import type { ControlConnection } from './control-connection.js';
import type { Dialog } from './dialog.js';

/** A request from the network that an application may answer. */
export interface IncomingRequest {
  /** The id under which the application answers. */
  readonly id: string;
  readonly transaction: ServerTransaction;
  /** Undefined while a request handler decides. */
  application: ControlConnection | undefined;
  /** Of a request inside a dialog; of an INVITE or SUBSCRIBE from the application's first word on. */
  dialog: Dialog | undefined;
  /** It came inside a dialog. */
  readonly inDialog: boolean;
  readonly octets: number;
  /** `none` until the application said something. */
  answered: 'none' | 'provisional' | 'final';
  toTag: string;
}

/** The requests from the network that applications have to answer, and how long they may take. */
export class IncomingRequests {
  readonly #byId = new Map<string, IncomingRequest>();
  readonly #byTransaction = new Map<ServerTransaction, IncomingRequest>();
  readonly #patience = new Map<string, Timer>();

  /** @param forget called when an application said nothing for `patienceMs` */
  constructor(
    private readonly clock: Clock,
    private readonly patienceMs: number,
    private readonly forget: (request: IncomingRequest) => void,
  ) {}

  get size(): number {
    return this.#byId.size;
  }

  /** Those that nobody has said a word on. */
  get waiting(): number {
    return this.#patience.size;
  }

  add(request: IncomingRequest): void {
    this.#byId.set(request.id, request);
    this.#byTransaction.set(request.transaction, request);
    const timer = this.clock.setTimer(this.patienceMs, () => {
      this.delete(request);
      this.forget(request);
    });
    this.#patience.set(request.id, timer);
    request.transaction.onEnded(() => this.delete(request));
  }

  get(id: string): IncomingRequest | undefined {
    return this.#byId.get(id);
  }

  of(transaction: ServerTransaction): IncomingRequest | undefined {
    return this.#byTransaction.get(transaction);
  }

  /** The application said something: from now on there is no hurry. */
  settle(request: IncomingRequest): void {
    this.#patience.get(request.id)?.cancel();
    this.#patience.delete(request.id);
  }

  delete(request: IncomingRequest): void {
    this.settle(request);
    this.#byId.delete(request.id);
    this.#byTransaction.delete(request.transaction);
  }
}
