import { allBut } from '../capability.js';
import type { EndpointTraits } from '../endpoint-kind.js';

export const BARESIP = { name: 'baresip', debianPackage: 'baresip-core' } as const;

/** T1 of 500 ms, which it cannot be told otherwise: a final response sent three times. */
const HORIZON_MS = 4_000;

export const BARESIP_TRAITS: EndpointTraits = {
  title: 'baresip, a telephone program, as a child process',
  capabilities: allBut(
    'virtual-time',
    'containers',
    'impaired-links',
    'own-evidence',
    // It speaks of audio alone, by its account's outbound proxy alone, and refuses what has no audio with 488.
    'other-actions',
    'other-offers',
    'straight',
    // It rings with 180 as soon as it is invited, and its user's only refusal is 486.
    'ignore',
    'other-provisionals',
    'other-rejections',
    'empty-phrases',
    // It puts whichever other call has no answer yet on hold first, and then sends none at all.
    'answer-beside',
    // It answers 404 for every user but its own.
    'numbers',
  ),
  horizonMs: HORIZON_MS,
  md5Only: true,
  program: BARESIP,
};
