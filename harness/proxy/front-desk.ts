import { createResponse } from '../sip/create-response.js';
import type { SipRequest, SipResponse } from '../sip/message.js';
import type { Flow } from '../transaction/flow.js';
import type { ListeningPoint } from '../transaction/listener.js';
import { ChangingTrust } from '../trust/changing-trust.js';
import { type TrustModel, trustModel } from '../trust/trust-model.js';
import type { TrustSettings } from '../trust/trust-settings.js';
import { Authenticator } from './authenticator.js';
import { DecisionJournal } from './decision-journal.js';
import { Gate } from './gate.js';
import { KnownDialogs } from './known-dialogs.js';
import { Location } from './location.js';
import { isLooped } from './loop-detection.js';
import { Nonces } from './nonces.js';
import { OwnNames } from './own-names.js';
import { DEFAULT_PROXY_LIMITS, type DomainOptions, type ProxyLimits } from './proxy-options.js';
import { Registrar } from './registrar.js';
import type { Rejection } from './rejection.js';
import { validateForwarding, validateRequest } from './request-validation.js';
import { ResponseJudge } from './response-judge.js';
import { type PreparedRequest, prepareRequest } from './route-preprocessing.js';
import { StaticRoutes } from './static-routes.js';
import { type Target, TargetSet } from './target-set.js';

const ALLOW = 'INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, MESSAGE, SUBSCRIBE, NOTIFY, REFER, UPDATE, PRACK, INFO';
const LOOP_DETECTED: Rejection = { status: 482 };

/** What is to become of a request. */
export type Reception<Point extends ListeningPoint> =
  | { readonly kind: 'refuse'; readonly rejection: Rejection }
  | { readonly kind: 'answer'; readonly response: SipResponse }
  | { readonly kind: 'forward'; readonly prepared: PreparedRequest<Point>; readonly targets: readonly Target<Point>[] };

export interface FrontDeskOptions<Point extends ListeningPoint> extends DomainOptions {
  /** Read at every question, since ports may be chosen only when the server starts. */
  readonly points: () => readonly Point[];
  /** Take each nonce count once only. */
  readonly refuseReplays: boolean;
  readonly newTag: () => string;
}

/**
 * What all servers of a domain have in common, by whatever means they then forward: who may come in, which requests are for
 * the server itself, where the others go, and whether what comes back may be routed.
 */
export class FrontDesk<Point extends ListeningPoint> {
  readonly limits: ProxyLimits;
  readonly location: Location<Point>;
  readonly own: OwnNames<Point>;
  readonly dialogs: KnownDialogs;
  readonly targets: TargetSet<Point>;
  readonly judge: ResponseJudge;
  readonly #trust: ChangingTrust;
  readonly #authenticator: Authenticator;
  readonly #gate: Gate;
  readonly #registrar: Registrar<Point>;

  constructor(private readonly options: FrontDeskOptions<Point>) {
    const { clock, name, domain, points, routes, newTag } = options;
    this.limits = { ...DEFAULT_PROXY_LIMITS, ...options.limits };
    const trust = new ChangingTrust(modelOf(options));
    this.#trust = trust;
    const journal = new DecisionJournal(name, this.limits.journalEntries, options.journal);
    this.own = new OwnNames(domain, points);
    this.dialogs = new KnownDialogs(this.limits.dialogs);
    this.judge = new ResponseJudge(trust, journal);
    this.#authenticator = authenticator(options, this.limits);
    this.#gate = new Gate(trust, this.#authenticator, this.dialogs, journal);
    this.location = new Location(clock);
    const names = { own: this.own, hasUser: (user: string) => this.#authenticator.hasUser(user) };
    this.#registrar = new Registrar(this.location, { ...names, clock, limits: this.limits, newTag });
    this.targets = new TargetSet({
      ...names,
      routes: new StaticRoutes(routes),
      location: this.location,
      listener: (wanted) => points().find((point) => point.name === wanted),
      most: this.limits.branches,
    });
  }

  /** Decides by other settings from now on; registrations, calls and roles stay. @throws BusyhereError `configuration` */
  setTrust(trust: TrustSettings): void {
    this.#trust.change(modelOf({ ...this.options, trust }));
  }

  /** For every request but ACK and CANCEL. */
  receive(request: SipRequest, flow: Flow<Point>): Reception<Point> {
    const invalid = validateRequest(request);
    if (invalid) return { kind: 'refuse', rejection: invalid };
    const prepared = prepareRequest(request, this.own);
    const isForUs = this.#isForUs(prepared.request);
    const rejection = (isForUs ? undefined : this.#refuseForwarding(request)) ?? this.#gate.admit(request, flow);
    if (rejection) return { kind: 'refuse', rejection };
    if (isForUs) return { kind: 'answer', response: this.#answer(prepared.request, flow) };
    this.#authenticator.removeCredentials(prepared.request);
    const targets = this.targets.of(prepared, flow.listener);
    return 'status' in targets ? { kind: 'refuse', rejection: targets } : { kind: 'forward', prepared, targets };
  }

  /** Where an ACK for a 2xx goes: only within dialogs that are known, since it cannot be challenged and could be sent anywhere. */
  receiveAck(request: SipRequest, flow: Flow<Point>): { prepared: PreparedRequest<Point>; target: Target<Point> } | undefined {
    if (validateRequest(request) || this.#refuseForwarding(request)) return undefined;
    if (!this.dialogs.includes(request) || this.#gate.admit(request, flow)) return undefined;
    const prepared = prepareRequest(request, this.own);
    const targets = this.targets.of(prepared, flow.listener);
    const target = 'status' in targets ? undefined : targets[0];
    return target && { prepared, target };
  }

  #refuseForwarding(request: SipRequest): Rejection | undefined {
    return validateForwarding(request) ?? (isLooped(request, this.own) ? LOOP_DETECTED : undefined);
  }

  /** Registrations of our domain, and what names the server itself: no user and no further route. */
  #isForUs(request: SipRequest): boolean {
    const { uri, method } = request;
    if (!uri || request.headers.has('Route') || !this.own.owns(uri)) return false;
    return method === 'REGISTER' || (method === 'OPTIONS' && uri.user === undefined);
  }

  #answer(request: SipRequest, flow: Flow<Point>): SipResponse {
    if (request.method === 'REGISTER') return this.#registrar.register(request, flow);
    return createResponse(request, 200, { toTag: this.options.newTag(), headers: [['Allow', ALLOW]] }); // RFC 3261 §11.2
  }
}

/** The next hops of the routes get their roles from being that. */
function modelOf({ name, trust, peers, routes }: DomainOptions): TrustModel {
  return trustModel(name, trust, [...peers, ...routes.map(({ role, nextHop }) => ({ role, ...nextHop }))]);
}

function authenticator(
  { clock, random, domain, accounts, digestAlgorithms, refuseReplays }: FrontDeskOptions<ListeningPoint>,
  limits: ProxyLimits,
): Authenticator {
  return new Authenticator({
    realm: domain,
    accounts,
    algorithms: digestAlgorithms ?? ['SHA-256', 'MD5'],
    nonces: new Nonces(clock, random.fork('nonces'), limits.nonceLifetime, limits.nonces),
    refuseReplays,
  });
}
