import { join } from 'node:path';
import { formatSocketAddress, type SocketAddress } from '../../harness/platform/socket-address.js';
import { Program } from './programs';
import { bound, ownAddresses } from './sipp';

const CONFIG = join(__dirname, 'kamailio', 'registrar.cfg');

/** Starts Kamailio on an address of its own, does the work, and ends it. @param definitions see the head of its configuration */
export async function withKamailio<T>(
  folder: string,
  definitions: readonly string[],
  work: (address: SocketAddress) => Promise<T>,
): Promise<T> {
  const { lcs } = ownAddresses('lcs');
  const defined = [`LISTEN=udp:${formatSocketAddress(lcs)}`, ...definitions].flatMap((one) => ['-A', one]);
  const kamailio = new Program('kamailio', ['-f', CONFIG, '-DD', '-E', ...defined], { cwd: folder, boundMs: 60_000 });
  try {
    await bound(lcs);
    return await work(lcs);
  } finally {
    await kamailio.stop();
  }
}
