/** The B2BUA: our control server and a drachtio-srf application in one process, sipp at both ends. */

import { setTimeout as pause } from 'node:timers/promises';
import { OwnElement } from './own-element.mjs';
import { sippCalls } from './peers.mjs';

const PATIENCE_S = 40; // Timer D is 32 s

/**
 * Busy calls at a rate through the B2BUA.
 * @returns what `sippCalls` says, the first call's ms, and the entries left when all transactions have run out
 */
export async function sippThroughB2bua({ caller, b2bua, callee, calls, rate, waitForEnd }) {
  const element = await OwnElement.start('b2bua', { address: b2bua, callee });
  const through = { address: b2bua, cpu: () => element.cpu() };
  const ends = { caller, callee };
  const first = await sippCalls({ ...ends, calls: 1, open: 1, through });
  const { firstCallMs } = await element.state();
  if (first.failed > 0) throw new Error('the first call through the B2BUA failed');
  await sippCalls({ ...ends, calls: 2_000, rate: Math.min(rate, 500), through }); // the compiler of Node warms up
  const result = await sippCalls({ ...ends, calls, rate, through });
  const left = waitForEnd ? await entriesLeft(element) : undefined;
  await element.stop();
  return { ...result, firstCallMs, left };
}

/** Waits until nothing is held any more, or until it is plain that something will stay. */
async function entriesLeft(element) {
  for (let waited = 0; ; waited++) {
    const { entries, srf } = await element.state();
    const total = Object.values(entries).reduce((sum, count) => sum + count, srf);
    if (total === 0 || waited === PATIENCE_S) return total;
    await pause(1_000);
  }
}
