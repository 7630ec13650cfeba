/// <reference path="./sipjs-udp.d.ts" />
import type { ServerTransaction, Sip } from 'sipjs-udp';
import { AgentScope } from './agent-scope.js';

/** The INVITE server transaction as the library keeps it. */
interface Answering extends ServerTransaction {
  last_response: string;
}

/**
 * Gives the INVITE server transaction Timer G, and has it answer a retransmitted INVITE: the library sends a final response
 * other than 2xx once, so a 486 that gets lost is lost for good.
 */
export function mendServerTransactions({ Transactions }: Pick<Sip, 'Transactions'>): void {
  const { C, InviteServerTransaction, checkTransaction } = Transactions;
  const prototype = InviteServerTransaction.prototype as Answering;
  const { receiveResponse } = prototype;

  prototype.receiveResponse = function (this: Answering, status: number, response: string): Promise<unknown> {
    const wasOpen = this.state === C.STATUS_PROCEEDING;
    const outcome = receiveResponse.call(this, status, response);
    if (wasOpen && this.state === C.STATUS_COMPLETED) {
      this.last_response = response;
      repeatUntilAcked(this);
    }
    return outcome;
  };

  /** RFC 3261 §17.2.1, Timer G: doubling up to T2. */
  function repeatUntilAcked(transaction: Answering): void {
    const scope = AgentScope.current;
    const later = (interval: number): void => {
      scope?.setTimer(interval, () => {
        if (transaction.state !== C.STATUS_COMPLETED) return;
        resend(transaction);
        later(Math.min(2 * interval, scope.values.t2));
      });
    };
    if (scope) later(scope.values.t1);
  }

  Transactions.checkTransaction = (agent, request) => {
    const known = request.method === 'INVITE' ? (agent.transactions.ist[request.via_branch] as Answering | undefined) : undefined;
    // RFC 3261 §17.2.1: in the Completed state too.
    if (known?.state === C.STATUS_COMPLETED) resend(known);
    return checkTransaction(agent, request);
  };
}

function resend({ transport, host, port, last_response }: Answering): void {
  transport.send(host, port, last_response);
}
