import { allBut } from '../capability.js';
import type { EndpointTraits } from '../endpoint-kind.js';

export const SIPJS_TRAITS: EndpointTraits = {
  title: 'sipjs-udp 0.0.16, a SIP library, in this process',
  // What it draws follows from no seed, so that no simulation with it could be repeated; an empty phrase becomes the usual one.
  capabilities: allBut('virtual-time', 'empty-phrases'),
  horizonMs: null,
  md5Only: false, // of several challenges it is shown the one that it can meet
  program: null,
};
