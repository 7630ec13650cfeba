import type { Evidence } from './evidence.js';
import type { Judgement } from './judge.js';
import type { LegNode } from './leg-tree.js';
import { nameOf } from './options.js';
import { durationText, responseText } from './wording.js';

const MOST_TOLD = 3;

/** Of an attempt without a final: what a capture elsewhere, or a longer one, might have shown. */
export function blindSpots({ finalAtCallee, finalAtOriginator, target, open }: Judgement, evidence: Evidence): string[] {
  if (finalAtOriginator !== null) return [];
  return [
    ...(finalAtCallee === null ? beyond(target, evidence) : []),
    ...open.slice(0, MOST_TOLD).map((leaf) => stillOpen(leaf, evidence)),
  ];
}

/** Of a socket that is watched everything would be there. */
function beyond({ leg, seen }: LegNode, { coverage, options }: Evidence): string[] {
  if (!seen || coverage.watches(leg.destination)) return [];
  const place = nameOf(options, leg.destination);
  return [
    `No final is in this capture, and nothing beyond ${place} was captured: where ${place} passes calls on, ` +
      'a final may have been sent behind it and lost there. A capture of its other side would tell.',
  ];
}

function stillOpen({ leg }: LegNode, { options, end }: Evidence): string {
  const sign = leg.arrows.findLast(({ kind, status }) => kind === 'provisional' && status > 100);
  const last = sign ? `its ${responseText(sign.status, sign.reason)}` : 'its INVITE';
  const quiet = durationText(Math.max(0, end - leg.lastSign));
  return `The branch to ${nameOf(options, leg.destination)} is open: the capture ends ${quiet} after ${last}, so it may still have been answered.`;
}
