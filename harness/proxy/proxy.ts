import type { SipRequest, SipResponse } from '../sip/message.js';
import type { Flow } from '../transaction/flow.js';
import type { Listener } from '../transaction/listener.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import { TransactionLayer } from '../transaction/transaction-layer.js';
import type { TransactionUser } from '../transaction/transaction-user.js';
import type { TrustSettings } from '../trust/trust-settings.js';
import type { Forwarder, ForwarderPorts } from './forwarder.js';
import { FrontDesk } from './front-desk.js';
import type { Location } from './location.js';
import type { ProxyOptions } from './proxy-options.js';
import { StatefulForwarder } from './stateful-forwarder.js';
import { StatelessForwarder } from './stateless-forwarder.js';

const TAG_DIGITS = 8;

/** A SIP proxy and registrar for one domain (RFC 3261 §16, §10) whose trust in its peers can be set, and mis-set. */
export class SipProxy implements TransactionUser {
  readonly #layer: TransactionLayer;
  readonly #desk: FrontDesk<Listener>;
  readonly #forwarder: Forwarder;

  constructor(private readonly options: ProxyOptions) {
    this.#layer = transactionLayer(options, this);
    this.#desk = new FrontDesk({
      ...options,
      points: () => this.#layer.listeners,
      refuseReplays: !options.stateless, // without transactions a retransmission cannot be told from a replay
      newTag: () => this.#newTag(),
    });
    this.#forwarder = this.#makeForwarder();
  }

  get location(): Location {
    return this.#desk.location;
  }

  get listeners(): readonly Listener[] {
    return this.#layer.listeners;
  }

  /** Contacts that are registered. */
  get bindings(): number {
    return this.location.size;
  }

  get openContexts(): number {
    return this.#forwarder.openContexts;
  }

  get openTransactions(): number {
    return this.#layer.openTransactions;
  }

  get counters(): TransactionLayer['counters'] {
    return this.#layer.counters;
  }

  /**
   * Opens its sockets: all, or none.
   * @throws BusyhereError `address-in-use` or `address-unavailable`
   */
  async start(): Promise<void> {
    try {
      for (const { name, address } of this.options.listeners) await this.#layer.listen(name, address);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Another trust profile, from the next message on; registrations and calls stay. @throws BusyhereError `configuration` */
  setTrust(trust: TrustSettings): void {
    this.#desk.setTrust(trust);
  }

  /** Ends everything without a word to anybody. */
  async stop(): Promise<void> {
    this.#forwarder.stop();
    await this.#layer.close();
  }

  /** For the transaction layer. */
  request(transaction: ServerTransaction): void {
    const reception = this.#desk.receive(transaction.request, transaction.flow);
    switch (reception.kind) {
      case 'refuse':
        return this.#forwarder.reject(transaction, reception.rejection);
      case 'answer':
        return transaction.respond(reception.response);
      case 'forward':
        return this.#forwarder.request(transaction, reception.prepared, reception.targets);
    }
  }

  /** For the transaction layer. */
  cancel(transaction: ServerTransaction, matched: ServerTransaction | undefined): void {
    this.#forwarder.cancel(transaction, matched);
  }

  /** For the transaction layer. */
  ack(request: SipRequest, flow: Flow): void {
    const received = this.#desk.receiveAck(request, flow);
    if (received) this.#forwarder.ack(received.prepared, flow, received.target);
  }

  /** For the transaction layer. */
  strayResponse(response: SipResponse, flow: Flow): void {
    this.#forwarder.response(response, flow);
  }

  #makeForwarder(): Forwarder {
    const { clock, random, timers, recordRoute = false, stateless = false } = this.options;
    const { own, dialogs, judge, targets, limits } = this.#desk;
    const ports: ForwarderPorts = { layer: this.#layer, dialogs, judge, recordRoute, newTag: () => this.#newTag() };
    if (stateless) return new StatelessForwarder({ ...ports, own, targets });
    return new StatefulForwarder({ ...ports, clock, random: random.fork('branches'), timers, most: limits.contexts });
  }

  #newTag(): string {
    return this.options.random.token(TAG_DIGITS);
  }
}

function transactionLayer({ clock, random, network, timers, parseLimits }: ProxyOptions, user: TransactionUser): TransactionLayer {
  const options = { clock, random: random.fork('transactions'), network, timers, user };
  return new TransactionLayer(parseLimits ? { ...options, limits: parseLimits } : options);
}
