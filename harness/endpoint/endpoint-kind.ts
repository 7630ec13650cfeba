import { BARESIP_TRAITS } from './baresip/traits.js';
import { allBut, type Capability } from './capability.js';
import { SIPJS_TRAITS } from './sipjs-udp/traits.js';
import { SIPP_TRAITS } from './sipp/traits.js';

/** Whose SIP stands behind an endpoint. */
export const ENDPOINT_KINDS = ['own', 'sipjs-udp', 'sipp', 'baresip'] as const;

export type EndpointKind = (typeof ENDPOINT_KINDS)[number];

/** What is known of a kind of endpoint before any of it is made. */
export interface EndpointTraits {
  readonly title: string;
  readonly capabilities: ReadonlySet<Capability>;
  /** How long it may take for what its own timers allow, ms; null: it lives by the run's. */
  readonly horizonMs: number | null;
  /** Whether the only challenge that it can meet is one for MD5, and it gives up at another. */
  readonly md5Only: boolean;
  /** The program that it needs, and the Debian package that has it. */
  readonly program: { readonly name: string; readonly debianPackage: string } | null;
}

/** How one participant's endpoint is made. */
export interface EndpointSetting {
  readonly kind: EndpointKind;
  /** Codes that the script has it answer with, for an endpoint that must know them beforehand. */
  readonly statuses?: readonly number[];
  /** For sipp: a scenario of the user's in place of the one that is written for it; absolute path. */
  readonly file?: string;
  /** For sipp with a file: the data to inject; absolute path. */
  readonly inject?: string;
}

const OWN_TRAITS: EndpointTraits = {
  title: 'the user agent of busyhere',
  capabilities: allBut(),
  horizonMs: null,
  md5Only: false,
  program: null,
};

const TRAITS: Readonly<Record<EndpointKind, EndpointTraits>> = {
  own: OWN_TRAITS,
  'sipjs-udp': SIPJS_TRAITS,
  sipp: SIPP_TRAITS,
  baresip: BARESIP_TRAITS,
};

export function traitsOf(kind: EndpointKind): EndpointTraits {
  return TRAITS[kind];
}

/** Somebody whose endpoint is our own where nothing is said of it. */
interface Played {
  readonly endpoint?: EndpointSetting;
}

/** The traits of every participant's endpoint. */
export function traitsOfAll(participants: Iterable<Played>): EndpointTraits[] {
  return [...participants].map(({ endpoint }) => traitsOf(endpoint?.kind ?? 'own'));
}

/** Whether a program plays any of the participants, in a process of its own. */
export function havePrograms(participants: Iterable<Played>): boolean {
  return traitsOfAll(participants).some(({ program }) => program !== null);
}
