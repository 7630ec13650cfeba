import type { Flow } from '../transaction/flow.js';
import type { ListeningPoint } from '../transaction/listener.js';
import { NO_SETTING } from './decision.js';
import type { TrustModel } from './trust-model.js';
import type { HostTrust, ListenerTrust, Role } from './trust-settings.js';

/** Who opened what is being judged: a request is the peer's doing, a response answers a request of ours. */
export type Direction = 'request' | 'response';

/** What the settings make of a flow. */
export interface FlowTrust {
  readonly role: Role;
  readonly authenticated: boolean;
  /** The settings by which it is authenticated, or `-`. */
  readonly authenticatedBy: string;
  readonly trustedServer: boolean;
  /** The settings by which it is a trusted server's, or `-`. */
  readonly trustedServerBy: string;
  /** The authorised host that counts, if any. */
  readonly host: HostTrust | undefined;
  readonly listener: ListenerTrust | undefined;
}

/**
 * Authenticated: the listener's `treatAllConnectionsAsTrusted`, or the host's `treatAsAuthenticated`.
 * Trusted server: both flags of the listener, or the host's `treatAsAuthenticated` with `throttleAsServer`.
 * A host that is `outboundOnly` has neither for its own requests, only for its responses to ours.
 */
export function judgeFlow(model: TrustModel, flow: Flow<ListeningPoint>, direction: Direction): FlowTrust {
  const listener = model.listener(flow.listener.name);
  const host = model.host(flow.remote);
  const trustedListener = listener?.treatAllConnectionsAsTrusted ? listener : undefined;
  const serverListener = trustedListener?.treatAllConnectionsAsServer ? trustedListener : undefined;
  const counts = direction === 'response' || !host?.outboundOnly;
  const authenticatedHost = counts && host?.treatAsAuthenticated ? host : undefined;
  const serverHost = authenticatedHost?.throttleAsServer ? authenticatedHost : undefined;
  return {
    role: model.role(flow.remote),
    authenticated: trustedListener !== undefined || authenticatedHost !== undefined,
    authenticatedBy: named(trustedListener, authenticatedHost, ['treatAllConnectionsAsTrusted'], ['treatAsAuthenticated']),
    trustedServer: serverListener !== undefined || serverHost !== undefined,
    trustedServerBy: named(
      serverListener,
      serverHost,
      ['treatAllConnectionsAsTrusted', 'treatAllConnectionsAsServer'],
      ['treatAsAuthenticated', 'throttleAsServer'],
    ),
    host,
    listener,
  };
}

/** `listeners[default].treatAllConnectionsAsTrusted`: a path into the configuration. */
export function listenerSetting(name: string, ...flags: string[]): string {
  return `listeners[${name}].${flags.join('+')}`;
}

/** `hosts[192.0.2.0/24].treatAsAuthenticated`, `hosts[192.0.2.7 port 5070].outboundOnly` */
export function hostSetting(host: HostTrust, ...flags: string[]): string {
  const place = host.port === undefined ? host.address : `${host.address} port ${host.port}`;
  return `hosts[${place}].${flags.join('+')}`;
}

/** The listener is named first where both would do: it is the wider of the two. */
function named(listener: ListenerTrust | undefined, host: HostTrust | undefined, listenerFlags: string[], hostFlags: string[]): string {
  if (listener) return listenerSetting(listener.name, ...listenerFlags);
  return host ? hostSetting(host, ...hostFlags) : NO_SETTING;
}
