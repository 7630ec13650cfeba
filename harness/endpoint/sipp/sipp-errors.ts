import { BusyhereError } from '../../platform/errors.js';
import { formatSocketAddress, type SocketAddress } from '../../platform/socket-address.js';
import { endText } from '../program/end-text.js';
import type { ProgramEnd } from '../program/supervised-program.js';

/** How long sipp may take till it listens, ms: it takes a hundredth of that, and ten times more on a busy machine. */
export const START_MS = 15_000;

const LINES_TOLD = 3;

/**
 * Why a sipp that just began is of no use, as an error of ours.
 * @param end undefined where it went on, and never listened
 * @param file the user's scenario; undefined for one of ours
 */
export function startFailure(
  name: string,
  address: SocketAddress,
  end: ProgramEnd | undefined,
  output: string,
  file?: string,
): BusyhereError {
  const said = remarksOf(output).slice(0, LINES_TOLD).join('; ');
  if (/address already in use|errno = 98|unable to bind|can't bind/i.test(output)) {
    const hint = `ss -lunp 'sport = :${address.port}' shows who holds it`;
    return new BusyhereError('address-in-use', `${name}'s sipp cannot open ${formatSocketAddress(address)}: ${said}`, hint);
  }
  const became = end ? `${endText(end)} as soon as it had begun` : `did not listen within ${START_MS / 1000} s`;
  const what = `${name}'s sipp ${became}: ${said || 'it said nothing'}`;
  if (file === undefined) return new BusyhereError('environment', what);
  return new BusyhereError('scenario', `${file}: ${what}`, `sipp -sf ${file} shows more`);
}

/** What it draws on the screen between its complaints. */
const SCREEN = /-{10,}.*$/gm;
const TIME_STAMP = /\d{4}-\d\d-\d\d\s+\d\d:\d\d:\d\d\.\d+\s+[\d.]+: /;

/** What sipp complains of, without its time stamps, each once. */
export function remarksOf(output: string): string[] {
  const lines = output
    .replace('The following events occurred:', '')
    .replace(/^Resolving remote host.*$/m, '')
    .replace(SCREEN, '')
    .split(TIME_STAMP)
    .map((text) => (text.trim().split('\n')[0] ?? '').trim())
    .filter((line) => line !== '');
  return [...new Set(lines)].slice(0, 2 * LINES_TOLD);
}
