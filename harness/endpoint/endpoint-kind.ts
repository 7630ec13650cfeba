import { allBut, type Capability } from './capability.js';
import { SIPJS_TRAITS } from './sipjs-udp/traits.js';

/** Whose SIP stands behind an endpoint. */
export const ENDPOINT_KINDS = ['own', 'sipjs-udp'] as const;

export type EndpointKind = (typeof ENDPOINT_KINDS)[number];

/** What is known of a kind of endpoint before any of it is made. */
export interface EndpointTraits {
  readonly title: string;
  readonly capabilities: ReadonlySet<Capability>;
  /** How long it may take for what its own timers allow, ms; null: it lives by the run's. */
  readonly horizonMs: number | null;
  /** The program that it needs, and the Debian package that has it. */
  readonly program: { readonly name: string; readonly debianPackage: string } | null;
}

/** How one participant's endpoint is made. */
export interface EndpointSetting {
  readonly kind: EndpointKind;
}

const OWN_TRAITS: EndpointTraits = { title: 'the user agent of busyhere', capabilities: allBut(), horizonMs: null, program: null };

const TRAITS: Readonly<Record<EndpointKind, EndpointTraits>> = { own: OWN_TRAITS, 'sipjs-udp': SIPJS_TRAITS };

export function traitsOf(kind: EndpointKind): EndpointTraits {
  return TRAITS[kind];
}
