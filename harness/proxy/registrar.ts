import type { Clock } from '../platform/clock.js';
import { createResponse } from '../sip/create-response.js';
import type { SipRequest, SipResponse } from '../sip/message.js';
import { type NameAddr, parseNameAddr } from '../sip/name-addr.js';
import { sameUri } from '../sip/same-uri.js';
import { userOf } from '../sip/uri.js';
import type { Flow } from '../transaction/flow.js';
import type { ListeningPoint } from '../transaction/listener.js';
import type { Binding, Location } from './location.js';
import type { OwnNames } from './own-names.js';
import type { ProxyLimits } from './proxy-options.js';
import type { Rejection } from './rejection.js';
import { uriAddress } from './uri-address.js';

const HOUR = 3600; // RFC 3261 §10.3 item 7: an interval of an hour or more is never too brief

export interface RegistrarOptions {
  readonly clock: Clock;
  readonly limits: ProxyLimits;
  /** Whether the domain has such a user. */
  readonly hasUser: (user: string) => boolean;
  readonly own: OwnNames<ListeningPoint>;
  readonly newTag: () => string;
}

/** What one REGISTER asks for. */
interface Update<Point extends ListeningPoint> {
  readonly user: string;
  readonly request: SipRequest;
  readonly flow: Flow<Point>;
  readonly callId: string;
  readonly sequence: number;
}

/** RFC 3261 §10.3. Who sends the request, and whether he may, was decided before. */
export class Registrar<Point extends ListeningPoint> {
  constructor(
    private readonly location: Location<Point>,
    private readonly options: RegistrarOptions,
  ) {}

  /** The answer to a REGISTER; either all its bindings are updated or none. */
  register(request: SipRequest, flow: Flow<Point>): SipResponse {
    const outcome = this.#update(request, flow);
    if (typeof outcome === 'string') return this.#listBindings(request, outcome);
    return createResponse(request, outcome.status, { ...outcome, toTag: this.options.newTag(), headers: outcome.headers ?? [] });
  }

  /** The user whose bindings are now as asked for, or why they are not. */
  #update(request: SipRequest, flow: Flow<Point>): string | Rejection {
    const { to, callId, cseq } = request;
    if (!to || callId === undefined || !cseq) return { status: 400 };
    const required = request.headers.list('Require');
    if (required.length > 0) return { status: 420, headers: required.map((option) => ['Unsupported', option] as const) }; // item 2
    if (to.uri.scheme !== 'sip' && to.uri.scheme !== 'sips') return { status: 400, reason: 'To Is No SIP Address' }; // item 5
    const user = userOf(to.uri);
    if (user === undefined || !this.options.own.owns(to.uri) || !this.options.hasUser(user)) return { status: 404 }; // item 5
    const update: Update<Point> = { user, request, flow, callId, sequence: cseq.sequence };
    const contacts = request.headers.list('Contact');
    if (contacts.length === 0) return user; // item 6: a query
    const next = contacts.includes('*') ? this.#removeAll(update, contacts) : this.#merge(update, contacts);
    if (!isList(next)) return next;
    this.location.replace(user, next);
    return user;
  }

  /** Item 6: `Contact: *` stands alone and with `Expires: 0`. */
  #removeAll({ user, request, callId, sequence }: Update<Point>, contacts: readonly string[]): readonly Binding<Point>[] | Rejection {
    if (contacts.length > 1 || request.headers.get('Expires') !== '0') return { status: 400, reason: 'Contact * Needs Expires 0' };
    const late = this.location.bindingsOf(user).some((binding) => isOutOfOrder(binding, callId, sequence));
    return late ? OUT_OF_ORDER : [];
  }

  /** Item 7, contact by contact; one that is refused refuses all. */
  #merge(update: Update<Point>, contacts: readonly string[]): readonly Binding<Point>[] | Rejection {
    let next = this.location.bindingsOf(update.user);
    for (const text of contacts) {
      const contact = parseNameAddr(text);
      if (!contact.ok || contact.value.uri.scheme !== 'sip') return { status: 400, reason: 'Contact Is No SIP Address' };
      const { uri } = contact.value;
      const old = next.find((binding) => sameUri(binding.uri, uri));
      if (old && isOutOfOrder(old, update.callId, update.sequence)) return OUT_OF_ORDER;
      const seconds = this.#interval(contact.value, update.request);
      if (typeof seconds !== 'number') return seconds;
      const others = next.filter((binding) => binding !== old);
      next = seconds > 0 ? [...others, this.#bind(update, contact.value, seconds)] : others;
      if (next.length > this.options.limits.bindingsPerUser) return { status: 503, reason: 'Too Many Contacts' };
    }
    return this.#withinLimits(update.user, next);
  }

  /** Seconds, 0 to remove the binding; too brief intervals are refused, too long ones are cut. */
  #interval(contact: NameAddr, request: SipRequest): number | Rejection {
    const { minExpires, defaultExpires, maxExpires } = this.options.limits;
    const asked = seconds(contact.params.get('expires')) ?? request.expires ?? defaultExpires;
    if (asked > 0 && asked < minExpires && asked < HOUR) return { status: 423, headers: [['Min-Expires', String(minExpires)]] };
    return Math.min(asked, maxExpires);
  }

  #bind({ user, flow, callId, sequence }: Update<Point>, contact: NameAddr, seconds: number): Binding<Point> {
    // A contact that is a host name is reached where it registered from.
    const remote = uriAddress(contact.uri) ?? flow.remote;
    return {
      user,
      contact: contact.uriText,
      uri: contact.uri,
      flow: { listener: flow.listener, remote },
      q: quality(contact.params.get('q')),
      callId,
      sequence,
      expiresAt: this.options.clock.now() + seconds * 1000,
    };
  }

  #withinLimits(user: string, next: readonly Binding<Point>[]): readonly Binding<Point>[] | Rejection {
    const { bindings } = this.options.limits;
    const grown = next.length - this.location.bindingsOf(user).length;
    if (grown > 0 && this.location.size + grown > bindings) this.location.sweep();
    if (grown > 0 && this.location.size + grown > bindings) return { status: 503, reason: 'Too Many Registrations' };
    return next;
  }

  /** Item 8: all current bindings, each with the time that it has left. */
  #listBindings(request: SipRequest, user: string): SipResponse {
    const now = this.options.clock.now();
    const headers = this.location.bindingsOf(user).map(({ contact, q, expiresAt }): [string, string] => {
      return ['Contact', `<${contact}>;q=${q};expires=${Math.ceil((expiresAt - now) / 1000)}`];
    });
    return createResponse(request, 200, { toTag: this.options.newTag(), headers });
  }
}

/** Item 7 leaves the code open; the request came too late, which is nobody's fault. */
const OUT_OF_ORDER: Rejection = { status: 500, reason: 'CSeq Out Of Order' };

function isOutOfOrder(binding: Binding<ListeningPoint>, callId: string, sequence: number): boolean {
  return binding.callId === callId && sequence <= binding.sequence;
}

function isList<Point extends ListeningPoint>(value: readonly Binding<Point>[] | Rejection): value is readonly Binding<Point>[] {
  return Array.isArray(value);
}

function seconds(text: string | null | undefined): number | undefined {
  return text != null && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

/** 1 where none is given, as for any other preference left open. */
function quality(text: string | null | undefined): number {
  return text != null && /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(text) ? Number(text) : 1;
}
