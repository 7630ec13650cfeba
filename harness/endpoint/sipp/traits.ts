import { allBut } from '../capability.js';
import type { EndpointTraits } from '../endpoint-kind.js';

export const SIPP = { name: 'sipp', debianPackage: 'sip-tester' } as const;

/** T1 of 500 ms, which it does not let itself be told otherwise: a final response sent three times. */
const HORIZON_MS = 4_000;

export const SIPP_TRAITS: EndpointTraits = {
  title: 'sipp, a child process with a scenario that busyhere writes',
  // All that it sends goes to the one place that its command line names.
  capabilities: allBut('virtual-time', 'containers', 'impaired-links', 'own-evidence', 'straight'),
  horizonMs: HORIZON_MS,
  md5Only: true,
  program: SIPP,
};
