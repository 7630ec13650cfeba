import { BusyhereError } from '../../platform/errors.js';
import { formatSocketAddress, type SocketAddress } from '../../platform/socket-address.js';
import { endText } from '../program/end-text.js';
import type { ProgramEnd } from '../program/supervised-program.js';

const REMARKS_AT_MOST = 6;

/** Whether baresip runs, but could not open the address for commands. */
export function controlTaken(output: string): boolean {
  return output.includes('ctrl_tcp: failed to listen');
}

/** Why a baresip that just began has ended, as an error of ours. @param end undefined where it runs without getting ready */
export function startFailure(name: string, address: SocketAddress, end: ProgramEnd | undefined, output: string): BusyhereError {
  const said = remarksOf(output).join('; ') || 'it said nothing';
  if (output.includes('Address already in use')) {
    const where = formatSocketAddress(address);
    return new BusyhereError(
      'address-in-use',
      `${name}'s baresip cannot open ${where}: ${said}`,
      `it takes UDP and TCP ${where}, and TCP port ${address.port + 1} for TLS: ss -lntu shows who holds them`,
    );
  }
  const became = end ? `${endText(end)} as soon as it had begun` : 'did not get ready';
  return new BusyhereError('environment', `${name}'s baresip ${became}: ${said}`);
}

/** What it warns of, which it writes in red, each once. */
export function remarksOf(output: string): string[] {
  const red = [...output.matchAll(/\x1b\[31m([^\x1b]*)/g)].map(([, text = '']) => text.trim());
  return [...new Set(red.filter((text) => text !== ''))].slice(0, REMARKS_AT_MOST);
}
