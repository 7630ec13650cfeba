import { Telephone } from '../../endpoint/telephone.js';
import { UserAgent } from '../../endpoint/user-agent.js';
import type { Clock } from '../../platform/clock.js';
import type { DatagramNetwork } from '../../platform/datagram-network.js';
import type { Random } from '../../platform/random.js';
import { scaledTimers } from '../../transaction/timer-values.js';

export interface SipWaiting {
  readonly clock: Clock;
  readonly network: DatagramNetwork;
  readonly random: Random;
  /** This machine's address in the lab's network. */
  readonly local: string;
}

/** Repeats after 20, 40, 80 and then every 160 ms: hosts that start are there soon, or not at all. */
const TIMERS = scaledTimers(20);

/**
 * Asks a host for its options until it answers.
 * @param goOn asked before every try
 * @returns whether it did answer
 */
export async function awaitSip(host: string, port: number, goOn: () => boolean, waiting: SipWaiting): Promise<boolean> {
  const { local, ...ports } = waiting;
  const agent = new UserAgent(
    { ...ports, name: 'busyhere', address: { address: local, port: 0 }, timers: TIMERS, domain: host },
    new Telephone(),
  );
  await agent.start();
  try {
    while (goOn()) {
      const status = await agent.options(`sip:${host}:${port}`).done;
      if (status !== undefined) return true;
    }
    return false;
  } finally {
    await agent.stop();
  }
}
