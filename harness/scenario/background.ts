import type { Lab } from '../lab/lab.js';
import type { Participant, Topology } from '../lab/topology.js';
import { BackgroundCalls } from '../load/background-calls.js';
import type { Clock } from '../platform/clock.js';
import type { Case } from './case.js';

/** Names that no scenario can give: a dot is no part of them. */
const CALLER = 'background.caller';
const CALLEE = 'background.callee';

/** The case's topology, with the two who place and answer background calls where it asks for such. */
export function withBackground(played: Case): Topology {
  const { servers, participants, links, load } = played;
  const server = servers[0];
  const listener = server?.listeners[0];
  if (load === null || !server || !listener) return { servers, participants, links };
  const extra = (name: string): Participant => ({
    name,
    role: 'client',
    entrance: { server: server.name, listener: listener.name },
    account: true,
    persona: 'plain',
    numbers: [],
    address: null,
  });
  return { servers, participants: [...participants, extra(CALLER), extra(CALLEE)], links };
}

/** Starts the background calls that a case asks for. */
export function startBackground({ load }: Case, lab: Lab, clock: Clock): BackgroundCalls | undefined {
  if (load === null) return undefined;
  const calls = new BackgroundCalls({
    clock,
    caller: lab.endpoint(CALLER),
    callee: lab.endpoint(CALLEE),
    target: lab.addressOfRecord(CALLEE),
    callsPerSecond: load,
  });
  calls.start();
  return calls;
}
