import { type SocketAddress, sameSocketAddress } from '../platform/socket-address.js';
import { SipRequest } from '../sip/message.js';
import { parseNameAddr } from '../sip/name-addr.js';
import { parseUri } from '../sip/uri.js';
import type { Flow } from '../transaction/flow.js';
import type { Listener } from '../transaction/listener.js';
import { type AppMessage, type AppRequestLine, appHeader } from './app-message.js';
import { Refusal } from './compose.js';
import { isUdp, uriAddress } from './uri-address.js';

export type ListenerChoice = (destination: SocketAddress, request: SipRequest) => string | undefined;

/** Says where a new request goes and which listener it leaves from. */
export class NextHop {
  /** @param listeners read at every question, since they open when the server starts */
  constructor(
    private readonly listeners: () => readonly Listener[],
    private readonly choose?: ListenerChoice,
  ) {}

  /** Whether an address is this server's own. */
  isOwn(address: SocketAddress): boolean {
    return this.listeners().some(({ local }) => sameSocketAddress(local, address));
  }

  /** @param route URI of the next hop; empty: the Request-URI says it */
  of(message: AppMessage, route: string): Flow | Refusal {
    const { method, requestUri } = message.start as AppRequestLine;
    const uri = parseUri(requestUri);
    if (!uri.ok) return new Refusal(`invalid request-uri: ${method} ${requestUri} SIP/2.0`);
    const hop = route === '' ? uri : parseUri(route);
    if (!hop.ok) return new Refusal(`invalid request-uri: ${route}`);
    if (hop.value.scheme === 'sips' || !isUdp(hop.value)) return new Refusal('requested protocol/transport not available');
    const own = uriAddress(uri.value);
    if (own && this.isOwn(own)) return new Refusal('can not send request to myself');
    const remote = uriAddress(hop.value);
    if (!remote) return new Refusal(`invalid request-uri: ${route || requestUri}: this server looks up no names`);
    const request = (): SipRequest => SipRequest.create(method, requestUri, message.headers);
    const listener = this.listenerTowards(remote, request, appHeader(message, 'Contact'));
    return listener ? { listener, remote } : new Refusal('requested protocol/transport not available');
  }

  /** The listener that a setting names, or the application in its Contact; else one in the destination's network; else the first. */
  listenerTowards(remote: SocketAddress, request: () => SipRequest, contact?: string): Listener | undefined {
    const listeners = this.listeners();
    const chosen = this.choose?.(remote, request());
    const family = listeners.filter(({ local }) => local.address.includes(':') === remote.address.includes(':'));
    return (
      listeners.find(({ name }) => name === chosen) ??
      listeners.find(({ local }) => contact !== undefined && isAt(contact, local)) ??
      family.find(({ local }) => sameNetwork(local.address, remote.address)) ??
      family[0]
    );
  }
}

function isAt(contact: string, local: SocketAddress): boolean {
  const parsed = parseNameAddr(contact);
  const address = parsed.ok ? uriAddress(parsed.value.uri) : undefined;
  return address !== undefined && sameSocketAddress(address, local);
}

/** The first three numbers of an IPv4 address: what most networks at hand have in common. */
function sameNetwork(one: string, other: string): boolean {
  return one.slice(0, one.lastIndexOf('.')) === other.slice(0, other.lastIndexOf('.'));
}
