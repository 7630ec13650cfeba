import { EXTERNAL_HORIZON_MS, type ExternalSut } from '../lab/external-sut.js';
import { BusyhereError } from '../platform/errors.js';
import { localAddressTowards } from '../platform/local-address.js';
import { formatSocketAddress } from '../platform/socket-address.js';
import { SystemClock } from '../platform/system-clock.js';
import { type ControlAddress, connectSrf } from '../proxy/drachtio/connect-srf.js';
import type { Case } from '../scenario/case.js';
import { checkSut } from '../scenario/check-sut.js';
import type { SutFlags } from './external-flags.js';
import type { Host } from './host.js';

/** The environment variable with the secret, so that it need not stand on the command line. */
const SECRET_VARIABLE = 'DRACHTIO_SECRET';
/** What the published image has unless told otherwise. */
const USUAL_SECRET = 'cymru';
const CONTROL_PORT = 9022;

/**
 * The drachtio-server that the flags name; undefined where the B2BUA is not under test, or brings a server of its own.
 * Connects to it once, to learn where it takes SIP.
 *
 * @throws BusyhereError `usage`; `environment` where it cannot be reached, `configuration` where it refuses the secret
 */
export async function drachtioSut(flags: SutFlags, { env }: Pick<Host, 'env'>): Promise<ExternalSut | undefined> {
  const { sut, engine = 'udp', drachtioAddress, drachtioSecret } = flags;
  if (sut !== 'drachtio') {
    if (drachtioAddress !== undefined && sut === undefined) throw new BusyhereError('usage', '--drachtio-address goes with --sut drachtio');
    return undefined;
  }
  checkSut(sut, engine);
  if (drachtioAddress === undefined) return undefined;
  const control = controlAddress(drachtioAddress, drachtioSecret ?? env[SECRET_VARIABLE] ?? USUAL_SECRET);
  const [address] = await sipAddresses(control);
  if (!address) {
    const hint = 'start it with --contact "sip:HOST:5060;transport=udp"';
    throw new BusyhereError('configuration', `the drachtio-server at ${drachtioAddress} takes no SIP over UDP`, hint);
  }
  return {
    address,
    listeners: {},
    server: null,
    domain: null,
    accounts: {},
    localAddress: address.address.startsWith('127.') ? null : await localAddressTowards(address),
    addresses: {},
    trust: [],
    horizonMs: EXTERNAL_HORIZON_MS,
    control,
  };
}

/** Where a drachtio-server takes SIP. @throws as {@link drachtioSut} */
async function sipAddresses(control: ControlAddress): Promise<ExternalSut['address'][]> {
  const { sip, close } = await connectSrf({ control, clock: new SystemClock(), methods: [], handle: () => {} });
  await close();
  return [...sip];
}

/**
 * The cases that can be played on one drachtio-server; the others are left out with the reason.
 *
 * @throws BusyhereError `usage` where just such cases were asked for
 */
export function casesForDrachtio(cases: readonly Case[], sut: ExternalSut, { trust = [] }: SutFlags): Case[] {
  const judged = cases.map((one) => ({ one, lack: lackOf(one, sut) }));
  const asked = judged.find(({ one, lack }) => lack !== undefined && one.trust !== null && trust.includes(one.trust));
  const refused = asked ?? (judged.every(({ lack }) => lack !== undefined) ? judged[0] : undefined);
  if (refused?.lack !== undefined) throw new BusyhereError('usage', `${refused.one.id}: ${refused.lack}`, 'leave --drachtio-address out');
  return judged.map(({ one, lack }) => (lack === undefined ? one : { ...one, skip: lack }));
}

/** The case's first server is on the drachtio-server; any others are made here, each with a control server of its own. */
function lackOf({ servers }: Case, { address }: ExternalSut): string | undefined {
  const [server] = servers;
  if (!server || server.listeners.length === 1) return undefined;
  const names = server.listeners.map(({ name }) => name).join(' and ');
  return `${server.name} has the listeners ${names}, and of a drachtio-server nobody but itself says from which of its addresses a request leaves; this one is used at ${formatSocketAddress(address)} alone`;
}

/** @param text as its flag has checked it */
function controlAddress(text: string, secret: string): ControlAddress {
  const [, host = '', port] = /^(.*?)(?::(\d+))?$/.exec(text) ?? [];
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port ?? CONTROL_PORT), secret };
}
