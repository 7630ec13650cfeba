import { existsSync, readFileSync } from 'node:fs';
import { type Clock, delay } from '../../platform/clock.js';
import type { SocketAddress } from '../../platform/socket-address.js';

const LOOK_AGAIN_MS = 5;
/** Where the system does not show who holds what: longer than sipp takes to begin, ms. */
const BLIND_MS = 500;
const TABLE = '/proc/net/udp';

/**
 * Waits till somebody of this machine holds a UDP address, without touching it.
 * @param goesOn asked before each look: false ends the waiting
 * @returns whether it came to that, as far as the system shows it
 */
export async function untilHeld(address: SocketAddress, clock: Clock, goesOn: () => boolean): Promise<boolean> {
  if (!existsSync(TABLE)) return delay(clock, BLIND_MS).then(() => true);
  const entry = ` ${hexOf(address)} `;
  while (goesOn()) {
    if (readFileSync(TABLE, 'latin1').includes(entry)) return true;
    await delay(clock, LOOK_AGAIN_MS);
  }
  return false;
}

/** As Linux shows it: the octets of the address in the machine's order. */
function hexOf({ address, port }: SocketAddress): string {
  const octets = address.split('.').map(Number).reverse();
  return `${Buffer.from(octets).toString('hex')}:${port.toString(16).padStart(4, '0')}`.toUpperCase();
}
