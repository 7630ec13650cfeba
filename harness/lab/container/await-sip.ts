import { Telephone } from '../../endpoint/telephone.js';
import { UserAgent } from '../../endpoint/user-agent.js';
import type { Clock, Timer } from '../../platform/clock.js';
import type { DatagramNetwork } from '../../platform/datagram-network.js';
import { BusyhereError } from '../../platform/errors.js';
import type { Random } from '../../platform/random.js';
import { scaledTimers } from '../../transaction/timer-values.js';
import { unlessAborted } from '../unless-aborted.js';
import { LOBBY_PORT } from './role.js';
import type { Seat } from './seating.js';

export interface SipWaiting {
  readonly clock: Clock;
  readonly network: DatagramNetwork;
  readonly random: Random;
  /** This machine's address in the lab's network. */
  readonly local: string;
  /** Aborted where the host is waited for no longer, with the reason. */
  readonly ended: AbortSignal;
  /** What to do about a host that does not answer. */
  readonly hint: string;
}

/** How long a host may take from its making until it can be used, ms. */
export const READY_WITHIN_MS = 60_000;
/** Repeats after 20, 40, 80 and then every 160 ms: hosts that start are there soon, or not at all. */
const TIMERS = scaledTimers(20);
/** A request that cannot even be sent ends at once, and the next would as well. */
const TRY_AGAIN_MS = 160;

/**
 * Asks a host for its options until it answers, whatever it answers.
 * @throws BusyhereError `environment` where it does not; the reason of `ended`
 */
export async function awaitSip({ name, address }: Pick<Seat, 'name' | 'address'>, waiting: SipWaiting): Promise<void> {
  const { local, ended, hint, ...ports } = waiting;
  const { clock } = ports;
  const deadline = clock.now() + READY_WITHIN_MS;
  const agent = new UserAgent(
    { ...ports, name: 'busyhere', address: { address: local, port: 0 }, timers: TIMERS, domain: address },
    new Telephone(),
  );
  await agent.start();
  try {
    while (clock.now() < deadline) {
      const status = await unlessAborted(agent.options(`sip:${address}:${LOBBY_PORT}`).done, ended);
      if (status !== undefined) return;
      await pause(clock, TRY_AGAIN_MS, ended);
    }
  } finally {
    await agent.stop();
  }
  const seconds = READY_WITHIN_MS / 1000;
  throw new BusyhereError('environment', `the container ${name} at ${address} does not answer OPTIONS after ${seconds} s`, hint);
}

/** @throws the signal's reason, where it is aborted before; no timer is left then */
async function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  let timer: Timer | undefined;
  const over = new Promise<void>((resolve) => {
    timer = clock.setTimer(delayMs, resolve);
  });
  try {
    await unlessAborted(over, signal);
  } finally {
    timer?.cancel();
  }
}
