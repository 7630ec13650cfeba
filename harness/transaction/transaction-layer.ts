import type { Clock } from '../platform/clock.js';
import type { DatagramNetwork } from '../platform/datagram-network.js';
import type { Random } from '../platform/random.js';
import type { SocketAddress } from '../platform/socket-address.js';
import { MAGIC_COOKIE } from '../sip/branch.js';
import { createResponse } from '../sip/create-response.js';
import type { SipRequest, SipResponse } from '../sip/message.js';
import { DEFAULT_LIMITS, type ParseError, type ParseLimits, parseMessage } from '../sip/parse-message.js';
import type { Via } from '../sip/via.js';
import type { ClientHandlers, ClientPorts, ClientTransaction } from './client-transaction.js';
import { emptyCounters, type LayerCounters } from './counters.js';
import { cancelOf } from './derived-request.js';
import type { Flow } from './flow.js';
import { InviteClientTransaction } from './invite-client-transaction.js';
import { InviteServerTransaction } from './invite-server-transaction.js';
import { Listener } from './listener.js';
import { NonInviteClientTransaction } from './non-invite-client-transaction.js';
import { NonInviteServerTransaction } from './non-invite-server-transaction.js';
import { responseAddress, stampReceived } from './response-address.js';
import type { ServerTransaction } from './server-transaction.js';
import type { TimerValues } from './timer-values.js';
import { clientTransactionKey, isUniqueBranch, mergeKey, serverTransactionKey } from './transaction-key.js';
import type { TransactionUser } from './transaction-user.js';

export interface TransactionLayerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly network: DatagramNetwork;
  readonly timers: TimerValues;
  readonly user: TransactionUser;
  readonly limits?: ParseLimits;
}

type ClientMachine = InviteClientTransaction | NonInviteClientTransaction;
type ServerMachine = InviteServerTransaction | NonInviteServerTransaction;

const BRANCH_DIGITS = 24;

/** Matches what arrives at the sockets of one element to its transactions, and starts new ones (RFC 3261 §17, §18). */
export class TransactionLayer {
  readonly counters: LayerCounters = emptyCounters();
  readonly #clients = new Map<string, ClientMachine>();
  readonly #servers = new Map<string, ServerMachine>();
  /** New requests outside dialogs by what their merged copies share; the first to come holds the place. */
  readonly #originals = new Map<string, ServerMachine>();
  readonly #listeners: Listener[] = [];
  #closed = false;

  constructor(private readonly options: TransactionLayerOptions) {}

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
    return this.#startNonInvite(request, branch, flow, handlers);
  }

  /** {@link request} for an INVITE, whose transaction can be cancelled. */
  invite(request: SipRequest, flow: Flow, handlers: ClientHandlers, options: { branch?: string } = {}): InviteClientTransaction {
    const branch = options.branch ?? this.newBranch();
    pushVia(request, flow, branch);
    return this.#startInvite(request, branch, flow, handlers);
  }

  /** Sends a request outside transactions: the ACK for a 2xx, or what a stateless element forwards. */
  sendRequest(request: SipRequest, flow: Flow, options: { branch?: string } = {}): void {
    pushVia(request, flow, options.branch ?? this.newBranch());
    this.#transmit(request.toBuffer(), flow.listener, flow.remote);
  }

  /** Sends a response outside transactions, to where its top Via says (RFC 3261 §18.2.2). */
  sendResponse(response: SipResponse, listener: Listener): void {
    const via = response.topVia;
    this.#transmit(response.toBuffer(), listener, via && responseAddress(via));
  }

  /** Whether the same request came before by another way and is still being served (RFC 3261 §8.2.2.2). */
  isMerged(transaction: ServerTransaction): boolean {
    const key = mergeKey(transaction.request);
    const original = key === undefined ? undefined : this.#originals.get(key);
    return original !== undefined && original !== transaction;
  }

  newBranch(): string {
    return MAGIC_COOKIE + this.options.random.token(BRANCH_DIGITS);
  }

  /** Ends everything without a word to anybody, and frees the addresses. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const transaction of [...this.#clients.values(), ...this.#servers.values()]) transaction.terminate();
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
    const key = serverTransactionKey(request, via);
    const known = this.#servers.get(key);
    if (request.method === 'ACK') this.#receiveAck(request, known, flow);
    else if (known) {
      this.counters.retransmittedRequests += 1;
      known.retransmission();
    } else this.#serve(request, via, key, flow);
  }

  #receiveAck(request: SipRequest, known: ServerMachine | undefined, flow: Flow): void {
    const acknowledges = known instanceof InviteServerTransaction && known.state !== 'accepted' && ackMatches(request, known);
    if (acknowledges) known.acknowledge();
    else this.options.user.ack(request, flow);
  }

  #serve(request: SipRequest, via: Via, key: string, flow: Flow): void {
    const transaction = this.#openServer(request, key, flow);
    if (request.method !== 'CANCEL') return this.options.user.request(transaction);
    const invite = this.#servers.get(serverTransactionKey(request, via, 'INVITE'));
    this.options.user.cancel(transaction, invite instanceof InviteServerTransaction ? invite : undefined);
  }

  #openServer(request: SipRequest, key: string, flow: Flow): ServerMachine {
    const { clock, timers } = this.options;
    const merge = mergeKey(request);
    const ports = {
      send: (payload: Buffer, failed: (error: Error) => void) => {
        const { topVia } = request;
        this.#transmit(payload, flow.listener, topVia && responseAddress(topVia), failed);
      },
      ended: () => {
        this.#servers.delete(key);
        if (merge !== undefined && this.#originals.get(merge) === transaction) this.#originals.delete(merge);
      },
    };
    const Machine = request.method === 'INVITE' ? InviteServerTransaction : NonInviteServerTransaction;
    const transaction: ServerMachine = new Machine(request, flow, timers, clock, ports);
    this.#servers.set(key, transaction);
    if (merge !== undefined && !this.#originals.has(merge)) this.#originals.set(merge, transaction);
    return transaction;
  }

  #receiveResponse(response: SipResponse, flow: Flow): void {
    const via = response.topVia;
    const method = response.cseq?.method;
    // RFC 3261 §18.1.2: a response whose top Via is not ours is not for us.
    if (via?.sentBy !== flow.listener.sentBy || via.branch === undefined || method === undefined) {
      this.counters.strayResponses += 1;
      return;
    }
    const transaction = this.#clients.get(clientTransactionKey(via.branch, method));
    if (transaction && !isAstray(response, transaction.request)) return transaction.receive(response);
    this.counters.strayResponses += 1;
    if (transaction) return;
    this.options.user.strayResponse?.(response, flow);
  }

  #startInvite(request: SipRequest, branch: string, flow: Flow, handlers: ClientHandlers): InviteClientTransaction {
    const { clock, timers } = this.options;
    const ports = {
      ...this.#clientPorts(branch, 'INVITE', flow),
      cancel: (invite: SipRequest, extra: Iterable<readonly [string, string]>) => this.#startCancel(cancelOf(invite, extra), branch, flow),
    };
    const transaction = new InviteClientTransaction(request, branch, flow, timers, clock, ports, handlers);
    this.#clients.set(clientTransactionKey(branch, 'INVITE'), transaction);
    transaction.start();
    return transaction;
  }

  #startNonInvite(request: SipRequest, branch: string, flow: Flow, handlers: ClientHandlers): NonInviteClientTransaction {
    const { clock, timers } = this.options;
    const ports = this.#clientPorts(branch, request.method, flow);
    const transaction = new NonInviteClientTransaction(request, branch, flow, timers, clock, ports, handlers);
    this.#clients.set(clientTransactionKey(branch, request.method), transaction);
    transaction.start();
    return transaction;
  }

  /** The answer to a CANCEL says nothing of the INVITE, so nobody waits for it (RFC 3261 §9.1). */
  #startCancel(cancel: SipRequest, branch: string, flow: Flow): void {
    this.#startNonInvite(cancel, branch, flow, { response: () => {}, timeout: () => {} });
  }

  #clientPorts(branch: string, method: string, flow: Flow): ClientPorts {
    return {
      send: (payload, failed) => this.#transmit(payload, flow.listener, flow.remote, failed),
      ended: () => this.#clients.delete(clientTransactionKey(branch, method)),
    };
  }

  #transmit(payload: Buffer, listener: Listener, destination: SocketAddress | undefined, failed?: (error: Error) => void): void {
    if (!destination) {
      this.counters.unsendable += 1;
      return;
    }
    listener.send(payload, destination, (error) => {
      this.counters.unsendable += 1;
      failed?.(error);
    });
  }
}

function pushVia(request: SipRequest, flow: Flow, branch: string): void {
  request.headers.prepend('Via', `SIP/2.0/UDP ${flow.listener.sentBy};rport;branch=${branch}`);
}

/** An ACK by RFC 2543 is told from one for another response of a fork by its To tag (RFC 3261 §17.2.3). */
function ackMatches(ack: SipRequest, invite: InviteServerTransaction): boolean {
  const follows2543 = !isUniqueBranch(ack.topVia?.branch);
  return !follows2543 || ack.toTag === invite.finalToTag;
}

/** RFC 3261 §8.1.3.3: a response to a request that began here has our Via and no other. */
function isAstray(response: SipResponse, request: SipRequest): boolean {
  return request.vias.length === 1 && response.vias.length > 1;
}

function isKeepAlive(datagram: Buffer): boolean {
  return datagram.every((octet) => octet === 0x0d || octet === 0x0a);
}
