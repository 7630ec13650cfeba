import type { ExternalSut } from '../lab/external-sut.js';
import { probeOptions } from '../lab/probe-sut.js';
import type { BusyhereError } from '../platform/errors.js';
import { SeededRandom } from '../platform/random.js';
import { formatSocketAddress } from '../platform/socket-address.js';
import { SystemClock } from '../platform/system-clock.js';
import { UdpNetwork } from '../platform/udp-network.js';
import { decodeUtf8 } from '../sip/octets.js';
import type { Finding } from './doctor-machine.js';
import { drachtioSut } from './drachtio-flags.js';
import type { SutFlags } from './external-flags.js';
import type { Host } from './host.js';

/** Whether the B2BUA can be had on the drachtio-server of `--drachtio-address`, and whether that is heard over UDP. */
export async function examineDrachtio(flags: SutFlags, host: Host): Promise<Finding[]> {
  try {
    const sut = await drachtioSut(flags, host);
    if (!sut) return [{ state: 'good', text: 'without --drachtio-address each server of a case is one of our own' }];
    const where = formatSocketAddress(sut.address);
    return [{ state: 'good', text: `it takes the secret, and SIP over UDP at ${where}` }, await askOptions(sut, host.drawSeed())];
  } catch (error) {
    const { code, message, hint } = error as Partial<BusyhereError>;
    if (code !== 'environment' && code !== 'configuration') throw error;
    return [{ state: 'bad', text: hint === undefined ? `${message}` : `${message}; ${hint}` }];
  }
}

/** Without an application it answers 503, which shows that it hears us. */
async function askOptions({ address, localAddress }: ExternalSut, seed: number): Promise<Finding> {
  const ports = { clock: new SystemClock(), network: new UdpNetwork(), random: new SeededRandom(seed) };
  const local = { address: localAddress ?? '127.0.0.1', port: 0 };
  const asker = { name: 'busyhere', local, proxy: address, user: 'busyhere', domain: address.address, password: null };
  const { finals, status, ms } = await probeOptions(asker, ports);
  if (status === null) return { state: 'bad', text: `OPTIONS: no answer in ${Math.round(ms)} ms; is that address reached from here?` };
  return { state: 'good', text: `OPTIONS: ${finals.map(decodeUtf8).join(', then ')} in ${ms.toFixed(1)} ms` };
}
