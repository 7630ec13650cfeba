/// <reference path="./sipjs-udp.d.ts" />
import type { ClientTransaction, Sip } from 'sipjs-udp';
import type { SocketAddress } from '../../platform/socket-address.js';
import { AgentScope } from './agent-scope.js';

/** Where requests outside dialogs go that were given a way of their own; else the library sends them where their URI points. */
const HOPS = new WeakMap<object, SocketAddress>();

/** Sends a request, and all that its transaction sends, to a place of our choice, without a Route header that would say so. */
export function sendBy(request: object, hop: SocketAddress): void {
  HOPS.set(request, hop);
}

/** Gives the client transactions Timers A and E: the library sends a request once, as over a reliable transport. */
export function mendClientTransactions({ Transactions }: Pick<Sip, 'Transactions'>): void {
  const { C, InviteClientTransaction, NonInviteClientTransaction } = Transactions;
  // RFC 3261 §17.1.1.2, Timer A: until the first response, doubling without a limit.
  repeat(
    InviteClientTransaction.prototype,
    (state) => state === C.STATUS_CALLING,
    (interval) => 2 * interval,
  );
  // RFC 3261 §17.1.2.2, Timer E: until the final response, doubling up to T2, which it is at once after a provisional.
  repeat(
    NonInviteClientTransaction.prototype,
    (state) => state === C.STATUS_TRYING || state === C.STATUS_PROCEEDING,
    (interval, state, t2) => (state === C.STATUS_PROCEEDING ? t2 : Math.min(2 * interval, t2)),
  );
}

type NextInterval = (interval: number, state: number, t2: number) => number;

function repeat(prototype: ClientTransaction, waits: (state: number) => boolean, next: NextInterval): void {
  const { send } = prototype;
  prototype.send = function (this: ClientTransaction): void {
    const scope = AgentScope.current;
    const hop = HOPS.get(this.request);
    if (hop) Object.assign(this, { host: hop.address, port: hop.port });
    send.call(this);
    const later = (interval: number): void => {
      scope?.setTimer(interval, () => {
        if (!waits(this.state)) return;
        this.transport.send(this.host, this.port, this.request);
        later(next(interval, this.state, scope.values.t2));
      });
    };
    if (scope) later(scope.values.t1);
  };
}
