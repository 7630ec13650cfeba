import type { Clock } from '../platform/clock.js';
import type { DatagramNetwork } from '../platform/datagram-network.js';
import type { Random } from '../platform/random.js';
import type { SocketAddress } from '../platform/socket-address.js';
import { MAGIC_COOKIE } from '../sip/branch.js';
import { createResponse } from '../sip/create-response.js';
import type { SipRequest, SipResponse } from '../sip/message.js';
import { DEFAULT_LIMITS, type ParseError, type ParseLimits, parseMessage } from '../sip/parse-message.js';
import type { ClientHandlers, ClientTransaction } from './client-transaction.js';
import { ClientTransactions } from './client-transactions.js';
import { emptyCounters, type LayerCounters } from './counters.js';
import type { Flow } from './flow.js';
import type { InviteClientTransaction } from './invite-client-transaction.js';
import { Listener } from './listener.js';
import { Outlet } from './outlet.js';
import { responseAddress, stampReceived } from './response-address.js';
import type { ServerTransaction } from './server-transaction.js';
import { ServerTransactions } from './server-transactions.js';
import type { TimerValues } from './timer-values.js';
import type { TransactionUser } from './transaction-user.js';

export interface TransactionLayerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly network: DatagramNetwork;
  readonly timers: TimerValues;
  readonly user: TransactionUser;
  readonly limits?: ParseLimits;
}

const BRANCH_DIGITS = 24;

/** Takes what arrives at the sockets of one element to its transactions, and starts new ones (RFC 3261 §17, §18). */
export class TransactionLayer {
  readonly counters: LayerCounters = emptyCounters();
  readonly #outlet = new Outlet(this.counters);
  readonly #clients: ClientTransactions;
  readonly #servers: ServerTransactions;
  readonly #listeners: Listener[] = [];
  #closed = false;

  constructor(private readonly options: TransactionLayerOptions) {
    this.#clients = new ClientTransactions(options.clock, options.timers, this.#outlet);
    this.#servers = new ServerTransactions(options, this.counters, this.#outlet);
  }

  get openTransactions(): number {
    return this.#clients.size + this.#servers.size;
  }

  get listeners(): readonly Listener[] {
    return this.#listeners;
  }

  /**
   * Opens a socket.
   * @throws BusyhereError `address-in-use` or `address-unavailable`
   */
  async listen(name: string, local: SocketAddress): Promise<Listener> {
    const socket = await this.options.network.bind(local, {
      datagram: (payload, source) => this.#receive(payload, { listener, remote: source }),
      error: () => {
        this.counters.unsendable += 1;
      },
    });
    const listener = new Listener(name, socket);
    this.#listeners.push(listener);
    return listener;
  }

  /**
   * Sends a request in a client transaction of its own, and takes the message over: its top Via is put on here.
   * @param options.branch for an element that computes its branches itself (RFC 3261 §16.6 item 8); made up if absent
   */
  request(request: SipRequest, flow: Flow, handlers: ClientHandlers, options: { branch?: string } = {}): ClientTransaction {
    if (request.method === 'INVITE') return this.invite(request, flow, handlers, options);
    const branch = options.branch ?? this.newBranch();
    pushVia(request, flow, branch);
    return this.#clients.startNonInvite(request, branch, flow, handlers);
  }

  /** {@link request} for an INVITE, whose transaction can be cancelled. */
  invite(request: SipRequest, flow: Flow, handlers: ClientHandlers, options: { branch?: string } = {}): InviteClientTransaction {
    const branch = options.branch ?? this.newBranch();
    pushVia(request, flow, branch);
    return this.#clients.startInvite(request, branch, flow, handlers);
  }

  /** Sends a request outside transactions: the ACK for a 2xx, or what a stateless element forwards. */
  sendRequest(request: SipRequest, flow: Flow, options: { branch?: string } = {}): void {
    pushVia(request, flow, options.branch ?? this.newBranch());
    this.#outlet.send(request.toBuffer(), flow.listener, flow.remote);
  }

  /** Sends a response outside transactions, to where its top Via says (RFC 3261 §18.2.2). */
  sendResponse(response: SipResponse, listener: Listener): void {
    const via = response.topVia;
    this.#outlet.send(response.toBuffer(), listener, via && responseAddress(via));
  }

  /** Whether the same request came before by another way and is still being served (RFC 3261 §8.2.2.2). */
  isMerged(transaction: ServerTransaction): boolean {
    return this.#servers.isMerged(transaction);
  }

  newBranch(): string {
    return MAGIC_COOKIE + this.options.random.token(BRANCH_DIGITS);
  }

  /** Ends everything without a word to anybody, and frees the addresses. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#clients.terminateAll();
    this.#servers.terminateAll();
    await Promise.all(this.#listeners.map((listener) => listener.close()));
  }

  #receive(datagram: Buffer, flow: Flow): void {
    if (this.#closed) return;
    const parsed = parseMessage(datagram, this.options.limits ?? DEFAULT_LIMITS);
    if (!parsed.ok) this.#receiveMalformed(datagram, parsed.error, flow);
    else if (parsed.value.kind === 'request') this.#receiveRequest(parsed.value, flow);
    else this.#receiveResponse(parsed.value, flow);
  }

  #receiveMalformed(datagram: Buffer, error: ParseError, flow: Flow): void {
    if (isKeepAlive(datagram)) {
      this.counters.keepAlives += 1;
      return;
    }
    this.counters.malformed += 1;
    const { message, status } = error;
    // RFC 3261 §8.2.6, §21.4.1: who can be answered is told what is wrong, without a transaction; an ACK never is.
    if (message?.kind === 'request' && status !== undefined && message.method !== 'ACK' && message.topVia) {
      stampReceived(message, message.topVia, flow.remote);
      this.sendResponse(createResponse(message, status, { toTag: this.options.random.token(8) }), flow.listener);
    }
    this.options.user.malformed?.(error, flow);
  }

  #receiveRequest(request: SipRequest, flow: Flow): void {
    const via = request.topVia;
    if (!via) {
      this.counters.malformed += 1; // nobody can be answered without a Via
      return;
    }
    stampReceived(request, via, flow.remote);
    this.#servers.receive(request, via, flow);
  }

  #receiveResponse(response: SipResponse, flow: Flow): void {
    const via = response.topVia;
    const method = response.cseq?.method;
    // RFC 3261 §18.1.2: a response whose top Via is not ours is not for us.
    if (via?.sentBy !== flow.listener.sentBy || via.branch === undefined || method === undefined) {
      this.counters.strayResponses += 1;
      return;
    }
    const outcome = this.#clients.receive(response, via.branch, method);
    if (outcome === 'taken') return;
    this.counters.strayResponses += 1;
    if (outcome === 'unknown') this.options.user.strayResponse?.(response, flow);
  }
}

function pushVia(request: SipRequest, flow: Flow, branch: string): void {
  request.headers.prepend('Via', `SIP/2.0/UDP ${flow.listener.sentBy};rport;branch=${branch}`);
}

function isKeepAlive(datagram: Buffer): boolean {
  return datagram.every((octet) => octet === 0x0d || octet === 0x0a);
}
