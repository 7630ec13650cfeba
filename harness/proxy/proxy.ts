import { createResponse } from '../sip/create-response.js';
import type { SipRequest, SipResponse } from '../sip/message.js';
import type { Flow } from '../transaction/flow.js';
import type { Listener } from '../transaction/listener.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import { TransactionLayer } from '../transaction/transaction-layer.js';
import type { TransactionUser } from '../transaction/transaction-user.js';
import { trustModel } from '../trust/trust-model.js';
import { Authenticator } from './authenticator.js';
import { DecisionJournal } from './decision-journal.js';
import type { Forwarder, ForwarderPorts } from './forwarder.js';
import { Gate } from './gate.js';
import { KnownDialogs } from './known-dialogs.js';
import { Location } from './location.js';
import { isLooped } from './loop-detection.js';
import { Nonces } from './nonces.js';
import { OwnNames } from './own-names.js';
import { DEFAULT_PROXY_LIMITS, type ProxyLimits, type ProxyOptions } from './proxy-options.js';
import { Registrar } from './registrar.js';
import type { Rejection } from './rejection.js';
import { validateForwarding, validateRequest } from './request-validation.js';
import { ResponseJudge } from './response-judge.js';
import { prepareRequest } from './route-preprocessing.js';
import { StatefulForwarder } from './stateful-forwarder.js';
import { StatelessForwarder } from './stateless-forwarder.js';
import { StaticRoutes } from './static-routes.js';
import { TargetSet } from './target-set.js';

const ALLOW = 'INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, MESSAGE, SUBSCRIBE, NOTIFY, REFER, UPDATE, PRACK, INFO';
const TAG_DIGITS = 8;
const LOOP_DETECTED: Rejection = { status: 482 };

/** A SIP proxy and registrar for one domain (RFC 3261 §16, §10) whose trust in its peers can be set, and mis-set. */
export class SipProxy implements TransactionUser {
  readonly location: Location;
  readonly #layer: TransactionLayer;
  readonly #own: OwnNames;
  readonly #dialogs: KnownDialogs;
  readonly #authenticator: Authenticator;
  readonly #gate: Gate;
  readonly #registrar: Registrar;
  readonly #targets: TargetSet;
  readonly #forwarder: Forwarder;

  constructor(private readonly options: ProxyOptions) {
    const { clock, name, domain, routes } = options;
    const limits: ProxyLimits = { ...DEFAULT_PROXY_LIMITS, ...options.limits };
    const trust = trustModel(name, options.trust, [...options.peers, ...routes.map(({ role, nextHop }) => ({ role, ...nextHop }))]);
    const journal = new DecisionJournal(name, limits.journalEntries, options.journal);
    this.#layer = transactionLayer(options, this);
    this.#own = new OwnNames(domain, () => this.#layer.listeners);
    this.#dialogs = new KnownDialogs(limits.dialogs);
    this.#authenticator = authenticator(options, limits);
    this.#gate = new Gate(trust, this.#authenticator, this.#dialogs, journal);
    this.location = new Location(clock);
    const names = { own: this.#own, hasUser: (user: string) => this.#authenticator.hasUser(user) };
    this.#registrar = new Registrar(this.location, { ...names, clock, limits, newTag: () => this.#newTag() });
    this.#targets = new TargetSet({
      ...names,
      routes: new StaticRoutes(routes),
      location: this.location,
      listener: (wanted) => this.#layer.listeners.find((listener) => listener.name === wanted),
      most: limits.branches,
    });
    this.#forwarder = this.#makeForwarder(limits, new ResponseJudge(trust, journal));
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

  /** Ends everything without a word to anybody. */
  async stop(): Promise<void> {
    this.#forwarder.stop();
    await this.#layer.close();
  }

  /** For the transaction layer. */
  request(transaction: ServerTransaction): void {
    const { request, flow } = transaction;
    const invalid = validateRequest(request);
    if (invalid) return this.#forwarder.reject(transaction, invalid);
    const prepared = prepareRequest(request, this.#own);
    const isForUs = this.#isForUs(prepared.request);
    const rejection = (isForUs ? undefined : this.#refuseForwarding(request)) ?? this.#gate.admit(request, flow);
    if (rejection) return this.#forwarder.reject(transaction, rejection);
    if (isForUs) return this.#answer(transaction, prepared.request);
    this.#authenticator.removeCredentials(prepared.request);
    const targets = this.#targets.of(prepared, flow.listener);
    if ('status' in targets) this.#forwarder.reject(transaction, targets);
    else this.#forwarder.request(transaction, prepared, targets);
  }

  /** For the transaction layer. */
  cancel(transaction: ServerTransaction, matched: ServerTransaction | undefined): void {
    this.#forwarder.cancel(transaction, matched);
  }

  /** For the transaction layer. Only within dialogs that are known, since an ACK cannot be challenged and could be sent anywhere. */
  ack(request: SipRequest, flow: Flow): void {
    if (validateRequest(request) || this.#refuseForwarding(request) || !this.#dialogs.includes(request) || this.#gate.admit(request, flow))
      return;
    const prepared = prepareRequest(request, this.#own);
    const targets = this.#targets.of(prepared, flow.listener);
    const target = 'status' in targets ? undefined : targets[0];
    if (target) this.#forwarder.ack(prepared, flow, target);
  }

  /** For the transaction layer. */
  strayResponse(response: SipResponse, flow: Flow): void {
    this.#forwarder.response(response, flow);
  }

  #refuseForwarding(request: SipRequest): Rejection | undefined {
    return validateForwarding(request) ?? (isLooped(request, this.#own) ? LOOP_DETECTED : undefined);
  }

  /** Registrations of our domain, and what names the proxy itself: no user and no further route. */
  #isForUs(request: SipRequest): boolean {
    const { uri, method } = request;
    if (!uri || request.headers.has('Route') || !this.#own.owns(uri)) return false;
    return method === 'REGISTER' || (method === 'OPTIONS' && uri.user === undefined);
  }

  #answer(transaction: ServerTransaction, request: SipRequest): void {
    if (request.method === 'REGISTER') return transaction.respond(this.#registrar.register(request, transaction.flow));
    const headers: [string, string][] = [['Allow', ALLOW]]; // RFC 3261 §11.2
    transaction.respond(createResponse(request, 200, { toTag: this.#newTag(), headers }));
  }

  #makeForwarder(limits: ProxyLimits, judge: ResponseJudge): Forwarder {
    const { clock, random, timers, recordRoute = false, stateless = false } = this.options;
    const ports: ForwarderPorts = { layer: this.#layer, dialogs: this.#dialogs, judge, recordRoute, newTag: () => this.#newTag() };
    if (stateless) return new StatelessForwarder({ ...ports, own: this.#own, targets: this.#targets });
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

function authenticator({ clock, random, domain, accounts, digestAlgorithms, stateless }: ProxyOptions, limits: ProxyLimits): Authenticator {
  return new Authenticator({
    realm: domain,
    accounts,
    algorithms: digestAlgorithms ?? ['SHA-256', 'MD5'],
    nonces: new Nonces(clock, random.fork('nonces'), limits.nonceLifetime, limits.nonces),
    refuseReplays: !stateless, // without transactions a retransmission cannot be told from a replay
  });
}
