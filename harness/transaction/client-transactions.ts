import type { Clock } from '../platform/clock.js';
import type { SipRequest, SipResponse } from '../sip/message.js';
import type { ClientHandlers, ClientPorts } from './client-transaction.js';
import { cancelOf } from './derived-request.js';
import type { Flow } from './flow.js';
import { InviteClientTransaction } from './invite-client-transaction.js';
import { NonInviteClientTransaction } from './non-invite-client-transaction.js';
import type { Outlet } from './outlet.js';
import type { TimerValues } from './timer-values.js';
import { clientTransactionKey } from './transaction-key.js';

type ClientMachine = InviteClientTransaction | NonInviteClientTransaction;

/** The client transactions of one element, and which of them a response answers (RFC 3261 §17.1.3). */
export class ClientTransactions {
  readonly #machines = new Map<string, ClientMachine>();

  constructor(
    private readonly clock: Clock,
    private readonly timers: TimerValues,
    private readonly outlet: Outlet,
  ) {}

  get size(): number {
    return this.#machines.size;
  }

  /** @param request with its Via, whose branch is `branch` */
  startInvite(request: SipRequest, branch: string, flow: Flow, handlers: ClientHandlers): InviteClientTransaction {
    const ports = {
      ...this.#ports(branch, 'INVITE', flow),
      cancel: (invite: SipRequest, extra: Iterable<readonly [string, string]>) => this.#startCancel(cancelOf(invite, extra), branch, flow),
    };
    const transaction = new InviteClientTransaction(request, branch, flow, this.timers, this.clock, ports, handlers);
    this.#machines.set(clientTransactionKey(branch, 'INVITE'), transaction);
    transaction.start();
    return transaction;
  }

  /** {@link startInvite} for every other method but ACK, which has no transaction. */
  startNonInvite(request: SipRequest, branch: string, flow: Flow, handlers: ClientHandlers): NonInviteClientTransaction {
    const ports = this.#ports(branch, request.method, flow);
    const transaction = new NonInviteClientTransaction(request, branch, flow, this.timers, this.clock, ports, handlers);
    this.#machines.set(clientTransactionKey(branch, request.method), transaction);
    transaction.start();
    return transaction;
  }

  /** Hands a response to its transaction. `astray`: it answers one, but was meant for somebody else. */
  receive(response: SipResponse, branch: string, method: string): 'taken' | 'astray' | 'unknown' {
    const transaction = this.#machines.get(clientTransactionKey(branch, method));
    if (!transaction) return 'unknown';
    if (isAstray(response, transaction.request)) return 'astray';
    transaction.receive(response);
    return 'taken';
  }

  terminateAll(): void {
    for (const transaction of [...this.#machines.values()]) transaction.terminate();
  }

  /** The answer to a CANCEL says nothing of the INVITE, so nobody waits for it (RFC 3261 §9.1). */
  #startCancel(cancel: SipRequest, branch: string, flow: Flow): void {
    this.startNonInvite(cancel, branch, flow, { response: () => {}, timeout: () => {} });
  }

  #ports(branch: string, method: string, flow: Flow): ClientPorts {
    return {
      send: (payload, failed) => this.outlet.send(payload, flow.listener, flow.remote, failed),
      ended: () => this.#machines.delete(clientTransactionKey(branch, method)),
    };
  }
}

/** RFC 3261 §8.1.3.3: a response to a request that began here has our Via and no other. */
function isAstray(response: SipResponse, request: SipRequest): boolean {
  return response.headers.list('Via').length > 1 && request.vias.length === 1 && response.vias.length > 1;
}
