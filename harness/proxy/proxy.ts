import { createResponse } from '../sip/create-response.js';
import type { SipRequest, SipResponse } from '../sip/message.js';
import type { Flow } from '../transaction/flow.js';
import type { InviteServerTransaction } from '../transaction/invite-server-transaction.js';
import type { Listener } from '../transaction/listener.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import { TransactionLayer } from '../transaction/transaction-layer.js';
import type { TransactionUser } from '../transaction/transaction-user.js';
import { routeResponse } from '../trust/route-response.js';
import { type TrustModel, trustModel } from '../trust/trust-model.js';
import { Authenticator } from './authenticator.js';
import { Branch, type BranchListener } from './branch.js';
import { DecisionJournal } from './decision-journal.js';
import { forwardedRequest } from './forward-request.js';
import { Gate } from './gate.js';
import { KnownDialogs } from './known-dialogs.js';
import { Location } from './location.js';
import { branchWithLoopHash, isLooped, loopHash } from './loop-detection.js';
import { Nonces } from './nonces.js';
import { OwnNames } from './own-names.js';
import { DEFAULT_PROXY_LIMITS, type ProxyLimits, type ProxyOptions } from './proxy-options.js';
import { Registrar } from './registrar.js';
import type { Rejection } from './rejection.js';
import { validateRequest } from './request-validation.js';
import { ResponseContext } from './response-context.js';
import { type PreparedRequest, prepareRequest } from './route-preprocessing.js';
import { StaticRoutes } from './static-routes.js';
import { type Target, TargetSet } from './target-set.js';

const ALLOW = 'INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, MESSAGE, SUBSCRIBE, NOTIFY, REFER, UPDATE, PRACK, INFO';
const UNIQUE_DIGITS = 16;
const TAG_DIGITS = 8;
/** Requests that set up a dialog, on whose path a proxy can stay. */
const DIALOG_MAKERS: ReadonlySet<string> = new Set(['INVITE', 'SUBSCRIBE', 'REFER']);
const RETRY_AFTER = '5'; // seconds

/** A SIP proxy and registrar for one domain (RFC 3261 §16, §10) whose trust in its peers can be set, and mis-set. */
export class SipProxy implements TransactionUser {
  readonly location: Location;
  readonly #limits: ProxyLimits;
  readonly #layer: TransactionLayer;
  readonly #own: OwnNames;
  readonly #trust: TrustModel;
  readonly #journal: DecisionJournal;
  readonly #dialogs: KnownDialogs;
  readonly #authenticator: Authenticator;
  readonly #gate: Gate;
  readonly #registrar: Registrar;
  readonly #targets: TargetSet;
  readonly #contexts = new Map<ServerTransaction, ResponseContext>();

  constructor(private readonly options: ProxyOptions) {
    const { clock, random, name, domain, routes } = options;
    const limits = { ...DEFAULT_PROXY_LIMITS, ...options.limits };
    this.#limits = limits;
    this.#layer = new TransactionLayer({
      clock,
      random: random.fork('transactions'),
      network: options.network,
      timers: options.timers,
      user: this,
      ...(options.parseLimits && { limits: options.parseLimits }),
    });
    this.#own = new OwnNames(domain, () => this.#layer.listeners);
    this.#trust = trustModel(name, options.trust, [...options.peers, ...routes.map(({ role, nextHop }) => ({ role, ...nextHop }))]);
    this.#journal = new DecisionJournal(name, limits.journalEntries, options.journal);
    this.#dialogs = new KnownDialogs(limits.dialogs);
    const nonces = new Nonces(clock, random.fork('nonces'), limits.nonceLifetime, limits.nonces);
    this.#authenticator = new Authenticator(domain, options.accounts, options.digestAlgorithms ?? ['SHA-256', 'MD5'], nonces);
    this.#gate = new Gate(this.#trust, this.#authenticator, this.#dialogs, this.#journal);
    this.location = new Location(clock);
    const hasUser = (user: string): boolean => this.#authenticator.hasUser(user);
    const owns: OwnNames['owns'] = (uri) => this.#own.owns(uri);
    this.#registrar = new Registrar(this.location, { clock, limits, hasUser, owns: ({ uri }) => owns(uri), newTag: () => this.#newTag() });
    this.#targets = new TargetSet({
      own: this.#own,
      routes: new StaticRoutes(routes),
      location: this.location,
      hasUser,
      listener: (listener) => this.#layer.listeners.find(({ name }) => name === listener),
      most: limits.branches,
    });
  }

  get listeners(): readonly Listener[] {
    return this.#layer.listeners;
  }

  /** Contacts that are registered. */
  get bindings(): number {
    return this.location.size;
  }

  get openContexts(): number {
    return this.#contexts.size;
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
    for (const context of this.#contexts.values()) context.abandon();
    this.#contexts.clear();
    await this.#layer.close();
  }

  request(transaction: ServerTransaction): void {
    const { request, flow } = transaction;
    const hash = loopHash(request);
    const rejection = validateRequest(request) ?? this.#refuseLoop(request, hash) ?? this.#gate.admit(request, flow);
    if (rejection) return this.#reject(transaction, rejection);
    const prepared = prepareRequest(request, this.#own);
    if (this.#isForUs(prepared.request)) return this.#answer(transaction, prepared.request);
    this.#authenticator.removeCredentials(prepared.request);
    const targets = this.#targets.of(prepared, flow.listener);
    if ('status' in targets) return this.#reject(transaction, targets);
    this.#forward(transaction, prepared, targets, hash);
  }

  /** RFC 3261 §16.10. No INVITE is forwarded without a context, so a CANCEL without one has nothing to end (§9.2). */
  cancel(transaction: ServerTransaction, invite: InviteServerTransaction | undefined): void {
    transaction.respond(createResponse(transaction.request, invite ? 200 : 481, { toTag: this.#newTag() }));
    if (invite) this.#contexts.get(invite)?.cancel();
  }

  /** An ACK for a 2xx travels end to end, without a transaction (§16.6). Only within dialogs, since nobody can challenge it. */
  ack(request: SipRequest, flow: Flow): void {
    if (validateRequest(request) || !this.#dialogs.includes(request) || this.#gate.admit(request, flow)) return;
    const prepared = prepareRequest(request, this.#own);
    const targets = this.#targets.of(prepared, flow.listener);
    const target = 'status' in targets ? undefined : targets[0];
    if (!target?.flow) return;
    const passage = { incoming: flow.listener, outgoing: target.flow.listener };
    const forwarded = forwardedRequest(prepared.request, target.requestUri, passage, false);
    this.#layer.sendRequest(forwarded, target.flow, { branch: this.#newBranch(loopHash(request)) });
  }

  #refuseLoop(request: SipRequest, hash: string): Rejection | undefined {
    return isLooped(request, this.#own, hash) ? { status: 482 } : undefined;
  }

  #reject(transaction: ServerTransaction, { status, reason, headers = [] }: Rejection): void {
    const toTag = this.#newTag();
    transaction.respond(createResponse(transaction.request, status, { toTag, headers, ...(reason !== undefined && { reason }) }));
  }

  /** Registrations of our domain, and what names the proxy itself: no user and no further route. */
  #isForUs(request: SipRequest): boolean {
    const { uri } = request;
    if (!uri || request.headers.has('Route') || !this.#own.owns(uri)) return false;
    return request.method === 'REGISTER' || (request.method === 'OPTIONS' && uri.user === undefined);
  }

  #answer(transaction: ServerTransaction, request: SipRequest): void {
    if (request.method === 'REGISTER') return transaction.respond(this.#registrar.register(request, transaction.flow));
    const headers: [string, string][] = [['Allow', ALLOW]]; // RFC 3261 §11.2
    transaction.respond(createResponse(request, 200, { toTag: this.#newTag(), headers }));
  }

  #forward(transaction: ServerTransaction, prepared: PreparedRequest, targets: readonly Target[], hash: string): void {
    if (this.#contexts.size >= this.#limits.contexts) {
      return this.#reject(transaction, { status: 503, headers: [['Retry-After', RETRY_AFTER]] });
    }
    const { request } = transaction;
    const context = new ResponseContext(transaction, targets, {
      open: (target, listener) => this.#openBranch(transaction, prepared, target, hash, listener),
      mayRoute: (response, flow) => this.#mayRoute(request, response, flow),
      passing: (response) => this.#noteDialog(request, response),
      forwarding: (response, flow) => this.#noteFinal(request, response, flow),
      sendStatelessly: (response) => this.#layer.sendResponse(response, transaction.flow.listener),
      newTag: () => this.#newTag(),
      closed: () => this.#contexts.delete(transaction),
    });
    this.#contexts.set(transaction, context);
    context.start();
  }

  #openBranch(transaction: ServerTransaction, prepared: PreparedRequest, target: Target, hash: string, listener: BranchListener): Branch {
    const branch = new Branch(this.options.clock, this.options.timers.timerC, listener);
    const { flow } = target;
    if (!flow) {
      branch.fail();
      return branch;
    }
    const { request } = prepared;
    const recordRoute = this.options.recordRoute === true && DIALOG_MAKERS.has(request.method) && request.toTag === undefined;
    const passage = { incoming: transaction.flow.listener, outgoing: flow.listener };
    const forwarded = forwardedRequest(request, target.requestUri, passage, recordRoute);
    const options = { branch: this.#newBranch(hash) };
    branch.start(forwarded.method, (handlers) =>
      forwarded.method === 'INVITE'
        ? this.#layer.invite(forwarded, flow, handlers, options)
        : this.#layer.request(forwarded, flow, handlers, options),
    );
    return branch;
  }

  #mayRoute(request: SipRequest, response: SipResponse, flow: Flow): boolean {
    const { outcome, journal } = this.#judge(request, response, flow);
    if (outcome === 'absorb') this.#journal.write(journal);
    return outcome === 'forward';
  }

  /** The final response to an INVITE, with why it was routed where the trust settings had a say. */
  #noteFinal(request: SipRequest, response: SipResponse, flow: Flow | undefined): void {
    if (request.method === 'INVITE' && flow) this.#journal.write(this.#judge(request, response, flow).journal);
    if (request.method === 'BYE') this.#dialogs.forget(request);
  }

  #judge(request: SipRequest, { status }: SipResponse, flow: Flow): ReturnType<typeof routeResponse> {
    return routeResponse(this.#trust, { flow, status, method: request.method, initial: request.toTag === undefined });
  }

  /** A 2xx makes a dialog, a reliable provisional an early one, in which PRACK and UPDATE are sent (RFC 3262). */
  #noteDialog(request: SipRequest, response: SipResponse): void {
    if (!DIALOG_MAKERS.has(request.method)) return;
    if (response.status >= 200 || response.headers.has('RSeq')) this.#dialogs.remember(response);
  }

  #newBranch(hash: string): string {
    return branchWithLoopHash(this.options.random.token(UNIQUE_DIGITS), hash);
  }

  #newTag(): string {
    return this.options.random.token(TAG_DIGITS);
  }
}

export { SipProxy as Proxy };
