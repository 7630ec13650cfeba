import type { HeldEntries } from '../../harness/drachtio/index.js';
import type { Endpoint } from './peers/peer.js';

/** A server for the suite to talk to. */
export interface Target {
  readonly kind: 'embedded' | 'real';
  /** Where applications connect. */
  readonly control: Endpoint;
  readonly secret: string;
  /** Where SIP over UDP is taken. */
  readonly sip: Endpoint;
  /** What the server's timers are multiples of, in ms; the RFC's is 500. */
  readonly t1: number;
  /** What the server says that it still holds, where it can be asked. */
  readonly held?: () => HeldEntries;
  stop(): Promise<void>;
}

/** A second server that connects to applications for every INVITE, and where it expects them to listen. */
export interface OutboundTarget {
  readonly sip: Endpoint;
  readonly listen: Endpoint;
  readonly secret: string;
}

export const RFC_T1 = 500;

export function parseEndpoint(text: string, what: string): Endpoint {
  const found = /^\[?([^\]]+?)\]?:(\d{1,5})$/.exec(text);
  if (!found?.[1]) throw new TypeError(`${what} has to be host:port, not ${JSON.stringify(text)}`);
  return { address: found[1], port: Number(found[2]) };
}

export interface Environment {
  readonly DRACHTIO_ADDRESS?: string;
  readonly DRACHTIO_SECRET?: string;
  readonly DRACHTIO_SIP?: string;
  /** SIP address of a server that was started to connect to `DRACHTIO_OUTBOUND_LISTEN` for every INVITE. */
  readonly DRACHTIO_OUTBOUND_SIP?: string;
  readonly DRACHTIO_OUTBOUND_LISTEN?: string;
}

/** The real server that the environment names; undefined where it names none. */
export function realTarget(environment: Environment): { target: Target; outbound: OutboundTarget | undefined } | undefined {
  const { DRACHTIO_ADDRESS: control, DRACHTIO_SIP: sip, DRACHTIO_SECRET: secret = 'cymru' } = environment;
  if (!control && !sip) return undefined;
  if (!control || !sip) throw new TypeError('DRACHTIO_ADDRESS and DRACHTIO_SIP go together');
  const { DRACHTIO_OUTBOUND_SIP: outboundSip, DRACHTIO_OUTBOUND_LISTEN: listen } = environment;
  return {
    target: {
      kind: 'real',
      control: parseEndpoint(control, 'DRACHTIO_ADDRESS'),
      secret,
      sip: parseEndpoint(sip, 'DRACHTIO_SIP'),
      t1: RFC_T1,
      stop: () => Promise.resolve(),
    },
    outbound:
      outboundSip && listen
        ? {
            sip: parseEndpoint(outboundSip, 'DRACHTIO_OUTBOUND_SIP'),
            listen: parseEndpoint(listen, 'DRACHTIO_OUTBOUND_LISTEN'),
            secret,
          }
        : undefined,
  };
}
