import type { Clock } from '../platform/clock.js';
import type { SipRequest } from '../sip/message.js';
import type { Via } from '../sip/via.js';
import type { LayerCounters } from './counters.js';
import type { Flow } from './flow.js';
import { InviteServerTransaction } from './invite-server-transaction.js';
import { NonInviteServerTransaction } from './non-invite-server-transaction.js';
import type { Outlet } from './outlet.js';
import { responseAddress } from './response-address.js';
import type { ServerTransaction } from './server-transaction.js';
import type { TimerValues } from './timer-values.js';
import { isUniqueBranch, mergeKey, serverTransactionKey } from './transaction-key.js';
import type { TransactionUser } from './transaction-user.js';

type ServerMachine = InviteServerTransaction | NonInviteServerTransaction;

export interface ServerTransactionsOptions {
  readonly clock: Clock;
  readonly timers: TimerValues;
  readonly user: TransactionUser;
}

/** The server transactions of one element, and which of them a request belongs to (RFC 3261 §17.2.3). */
export class ServerTransactions {
  readonly #machines = new Map<string, ServerMachine>();
  /** New requests outside dialogs by what their merged copies share; the first to come holds the place. */
  readonly #originals = new Map<string, ServerMachine>();

  constructor(
    private readonly options: ServerTransactionsOptions,
    private readonly counters: LayerCounters,
    private readonly outlet: Outlet,
  ) {}

  get size(): number {
    return this.#machines.size;
  }

  /** @param via the request's top Via, in which is noted where it came from */
  receive(request: SipRequest, via: Via, flow: Flow): void {
    const key = serverTransactionKey(request, via);
    const known = this.#machines.get(key);
    if (request.method === 'ACK') this.#receiveAck(request, known, flow);
    else if (known) {
      this.counters.retransmittedRequests += 1;
      known.retransmission();
    } else this.#serve(request, via, key, flow);
  }

  /** Whether the same request came before by another way and is still being served (RFC 3261 §8.2.2.2). */
  isMerged(transaction: ServerTransaction): boolean {
    const key = mergeKey(transaction.request);
    const original = key === undefined ? undefined : this.#originals.get(key);
    return original !== undefined && original !== transaction;
  }

  terminateAll(): void {
    for (const transaction of [...this.#machines.values()]) transaction.terminate();
  }

  #receiveAck(request: SipRequest, known: ServerMachine | undefined, flow: Flow): void {
    const acknowledges = known instanceof InviteServerTransaction && known.state !== 'accepted' && ackMatches(request, known);
    if (acknowledges) known.acknowledge();
    else this.options.user.ack(request, flow);
  }

  #serve(request: SipRequest, via: Via, key: string, flow: Flow): void {
    const transaction = this.#open(request, key, flow);
    if (request.method === 'CANCEL') this.options.user.cancel(transaction, this.#cancelledBy(transaction, via));
    else this.options.user.request(transaction);
  }

  #open(request: SipRequest, key: string, flow: Flow): ServerMachine {
    const { clock, timers } = this.options;
    const merge = mergeKey(request);
    const ports = {
      send: (payload: Buffer, failed: (error: Error) => void) => {
        const { topVia } = request;
        this.outlet.send(payload, flow.listener, topVia && responseAddress(topVia), failed);
      },
      ended: () => {
        this.#machines.delete(key);
        if (merge !== undefined && this.#originals.get(merge) === transaction) this.#originals.delete(merge);
      },
    };
    const Machine = request.method === 'INVITE' ? InviteServerTransaction : NonInviteServerTransaction;
    const transaction: ServerMachine = new Machine(request, flow, timers, clock, ports);
    this.#machines.set(key, transaction);
    if (merge !== undefined && !this.#originals.has(merge)) this.#originals.set(merge, transaction);
    return transaction;
  }

  /** RFC 3261 §9.2: what a CANCEL is for, as far as it comes from the same hop (§22.1: it cannot be challenged). */
  #cancelledBy(cancel: ServerMachine, via: Via): ServerMachine | undefined {
    const { request } = cancel;
    const matched = this.#machines.get(serverTransactionKey(request, via, 'INVITE')) ?? this.#ofAnyMethod(request, via);
    return matched && isFromSameHop(cancel, matched) ? matched : undefined;
  }

  /** Looks at all, which only a CANCEL costs that ends no INVITE: nobody has reason to send one. */
  #ofAnyMethod(cancel: SipRequest, via: Via): ServerMachine | undefined {
    const withoutMethod = serverTransactionKey(cancel, via, '');
    for (const [key, transaction] of this.#machines) {
      const { method } = transaction.request;
      if (method !== 'CANCEL' && key === withoutMethod + method) return transaction;
    }
    return undefined;
  }
}

/** An ACK by RFC 2543 is told from one for another response of a fork by its To tag (RFC 3261 §17.2.3). */
function ackMatches(ack: SipRequest, invite: InviteServerTransaction): boolean {
  const follows2543 = !isUniqueBranch(ack.topVia?.branch);
  return !follows2543 || ack.toTag === invite.finalToTag;
}

/** A branch can be guessed or seen; so the source address counts too, and all else that a CANCEL copies (RFC 3261 §9.1). */
function isFromSameHop(cancel: ServerTransaction, other: ServerTransaction): boolean {
  const [one, two] = [cancel.request, other.request];
  return (
    cancel.flow.remote.address === other.flow.remote.address &&
    one.callId === two.callId &&
    one.fromTag === two.fromTag &&
    one.cseq?.sequence === two.cseq?.sequence
  );
}
