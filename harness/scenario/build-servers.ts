import type { CaseContext } from './case-context.js';
import type { ValuePath } from './mistake.js';
import { DEFAULT_LISTENER, type HostSettings, type ListenerSettings, type RouteSettings, type Server } from './model.js';
import { isNumberPattern, parseHostAddress } from './parse-terms.js';
import type { ProfileInput } from './profile-schema.js';
import type { ServerInput } from './scenario-schema.js';

/** Every key may be missing: a profile adds servers. */
type WrittenServer = { readonly [Key in keyof ServerInput]?: ServerInput[Key] | undefined };

/** A server's keys merged from scenario and profile, each with the path that it was written at. */
interface Draft {
  readonly name: string;
  readonly path: ValuePath;
  readonly value: WrittenServer;
  pathOf(key: keyof ServerInput): ValuePath;
}

/** Merges the scenario's servers with the profile's settings, and makes their names and listeners known. */
export function draftServers(
  servers: Readonly<Record<string, ServerInput>>,
  profile: ProfileInput | undefined,
  profileName: string | null,
  context: CaseContext,
): Draft[] {
  const overlays = profile?.servers ?? {};
  const names = [...new Set([...Object.keys(servers), ...Object.keys(overlays)])];
  return names.map((name) => {
    const base = Object.hasOwn(servers, name) ? servers[name] : undefined;
    const overlay = Object.hasOwn(overlays, name) ? overlays[name] : undefined;
    const overlayPath = ['profiles', profileName ?? '', 'servers', name];
    const path = base ? ['servers', name] : overlayPath;
    const value: WrittenServer = { ...base, ...overlay };
    context.listeners.set(name, listenerNames(value));
    return { name, path, value, pathOf: (key) => [...(overlay?.[key] !== undefined ? overlayPath : path), key] };
  });
}

function listenerNames({ listeners }: WrittenServer): string[] {
  const names = Object.keys(listeners ?? {});
  return names.length > 0 ? names : [DEFAULT_LISTENER];
}

/** Completes a server. The context must know all participants and servers by then. */
export function buildServer(draft: Draft, context: CaseContext): Server {
  const { name, value } = draft;
  if (value.domain === undefined) {
    context.problems.add(draft.path, `the scenario has no server "${name}", so the profile must give it a domain`, 'key', name);
  }
  if (context.participants.has(name)) context.problems.add(draft.path, `"${name}" is the name of a participant too`, 'key');
  return {
    name,
    domain: value.domain ?? '',
    quirks: value.quirks ?? [],
    address: value.address ?? null,
    listeners: listenerNames(value).map((listener) => buildListener(listener, value)),
    hosts: (value.hosts ?? []).flatMap((host, index) => buildHost(host, [...draft.pathOf('hosts'), index], context)),
    routes: (value.routes ?? []).flatMap((route, index) => buildRoute(route, name, [...draft.pathOf('routes'), index], context)),
  };
}

function buildListener(name: string, { listeners }: WrittenServer): ListenerSettings {
  const settings = listeners?.[name];
  return {
    name,
    treatAllConnectionsAsTrusted: settings?.treatAllConnectionsAsTrusted ?? false,
    treatAllConnectionsAsServer: settings?.treatAllConnectionsAsServer ?? false,
    refuseClients: settings?.refuseClients ?? false,
  };
}

function buildHost(host: NonNullable<ServerInput['hosts']>[number], path: ValuePath, context: CaseContext): HostSettings[] {
  const address = parseHostAddress(host.address);
  const place = [...path, 'address'];
  if (address === undefined) {
    context.problems.add(place, `expected an IP address, a CIDR block, or a name with or without a prefix length, found "${host.address}"`);
    return [];
  }
  if (address.kind === 'name' && !context.mustExist(address.name, context.hops, 'participant or server', place)) return [];
  return [
    {
      address,
      port: host.port ?? null,
      outboundOnly: host.outboundOnly ?? false,
      throttleAsServer: host.throttleAsServer ?? false,
      treatAsAuthenticated: host.treatAsAuthenticated ?? false,
    },
  ];
}

function buildRoute(
  route: NonNullable<ServerInput['routes']>[number],
  server: string,
  path: ValuePath,
  context: CaseContext,
): RouteSettings[] {
  const kind = 'number' in route ? 'number' : 'domain';
  const pattern = 'number' in route ? route.number : route.domain;
  if (kind === 'number' && !isNumberPattern(pattern)) {
    context.problems.add([...path, 'number'], `expected a number, or the beginning of numbers and *, found "${pattern}"`);
  }
  const others = context.hops.filter((name) => name !== server && context.participants.get(name) !== 'client');
  if (!context.mustExist(route.to, others, 'gateway or other server', [...path, 'to'])) return [];
  const own = context.listeners.get(server) ?? [DEFAULT_LISTENER];
  if (route.from !== undefined) context.mustExist(route.from, own, `listener of ${server}`, [...path, 'from']);
  const nextHopRole = context.listeners.has(route.to) ? 'server' : 'gateway';
  return [{ kind, pattern, nextHop: route.to, nextHopRole, from: route.from ?? own[0] ?? DEFAULT_LISTENER }];
}
