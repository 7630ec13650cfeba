import type { Participant, Server, Topology } from '../../../../harness/lab/topology.js';

const TRUSTING = { treatAllConnectionsAsTrusted: true, treatAllConnectionsAsServer: true, refuseClients: false };
const TRUSTING_NOBODY = { treatAllConnectionsAsTrusted: false, treatAllConnectionsAsServer: false, refuseClients: false };

export function server(name: string, listeners: readonly string[] = ['default'], trusting = false): Server {
  return {
    name,
    domain: 'lab.example',
    quirks: ['lcs2003'],
    address: null,
    listeners: listeners.map((listener) => ({ name: listener, ...(trusting ? TRUSTING : TRUSTING_NOBODY) })),
    hosts: [],
    routes: [],
  };
}

export function client(name: string, home = 'lcs'): Participant {
  return {
    name,
    role: 'client',
    entrance: { server: home, listener: 'default' },
    account: true,
    persona: 'messenger',
    numbers: [],
    address: null,
  };
}

export function topology(servers: readonly Server[], participants: readonly Participant[]): Topology {
  return { servers, participants, links: [] };
}
