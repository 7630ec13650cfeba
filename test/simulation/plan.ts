import { type Random, SeededRandom } from '../../harness/platform/random.js';
import type { TrustSettings } from '../../harness/trust/trust-settings.js';

/** What the links of a run do to datagrams until they heal; probabilities from 0 to 1, times in ms. */
export interface LinkPlan {
  readonly loss: number;
  readonly duplicate: number;
  readonly reorder: number;
  readonly reorderMs: number;
  readonly delayMs: number;
}

export interface PersonPlan {
  readonly name: string;
  /** A stranger has no account; a gateway has none either and is known by its address. */
  readonly kind: 'client' | 'stranger' | 'gateway';
  readonly persona: 'messenger' | 'telephone';
  /** Falls silent then, without a word to anybody; ms of the script. */
  readonly crashesAt?: number;
}

/** What the callee does: at once, or after ringing for a while. */
export interface Reaction {
  readonly rings: boolean;
  readonly afterMs: number;
  readonly final: 'none' | 'answer' | number;
}

export interface CallPlan {
  readonly kind: 'call';
  readonly at: number;
  readonly caller: string;
  /** A participant, a number, or a user whom nobody is. */
  readonly target: string;
  readonly reaction: Reaction;
  /** The caller gives up then, ms after the invitation. */
  readonly cancelAfterMs?: number;
  /** Who ends the session, and how long after the callee answered. */
  readonly hangUp?: { readonly by: 'caller' | 'callee'; readonly afterMs: number };
}

export type Step =
  | CallPlan
  | { readonly kind: 'message'; readonly at: number; readonly from: string; readonly target: string }
  | { readonly kind: 'register'; readonly at: number; readonly who: string };

export type ProfileName =
  | 'telephony-off'
  | 'no-trust'
  | 'gateway-host'
  | 'separate-listener'
  | 'shared-listener'
  | 'host-mask-too-wide'
  | 'shared-listener-without-quirk';

/** All of one run but what the links' dice say; it follows from the seed alone. */
export interface Plan {
  readonly seed: number;
  readonly profile: ProfileName;
  readonly recordRoute: boolean;
  readonly link: LinkPlan;
  readonly people: readonly PersonPlan[];
  readonly steps: readonly Step[];
}

/** The script takes so long, ms; all that follows from it may take longer. */
export const SCRIPT_MS = 15_000;
/** From then on the links are perfect: whoever repeats what was lost, as RFC 3261 asks for, gets it through. */
export const HEAL_MS = 20_000;

export const PROFILES: readonly ProfileName[] = [
  'telephony-off',
  'no-trust',
  'gateway-host',
  'separate-listener',
  'shared-listener',
  'host-mask-too-wide',
  'shared-listener-without-quirk',
];
export const GATEWAY_ADDRESS = '192.0.2.10';
/** A user with an account who never registers. */
export const ABSENT = 'absent';
/** What the gateway does with a number. */
export const NUMBERS: Readonly<Record<string, 'busy' | 'answer' | 'ring' | 'ignore' | number>> = {
  '+15550100': 'busy',
  '+15550101': 'answer',
  '+15550102': 'ring',
  '+15550103': 'ignore',
  '+15550104': 603,
  '+15550105': 503,
};

const CLIENTS = ['alice', 'bob', 'carol', 'dave', 'erin'];
const REJECTIONS = [302, 403, 404, 480, 486, 486, 488, 500, 503, 600, 603];

/** Draws the plan of a seed. */
export function planOf(seed: number): Plan {
  const random = new SeededRandom(seed).fork('plan');
  const profile = pick(random, PROFILES);
  const people = drawPeople(random);
  return {
    seed,
    profile,
    recordRoute: random.below(2) === 0,
    link: drawLink(random),
    people,
    steps: drawSteps(random, people),
  };
}

function drawLink(random: Random): LinkPlan {
  if (random.below(8) === 0) return { loss: 0, duplicate: 0, reorder: 0, reorderMs: 0, delayMs: 1 };
  return {
    loss: pick(random, [0, 0.05, 0.15, 0.3, 0.5]),
    duplicate: pick(random, [0, 0.1, 0.3]),
    reorder: pick(random, [0, 0.2, 0.5]),
    reorderMs: pick(random, [5, 300, 1500]),
    delayMs: pick(random, [0.1, 20, 150]),
  };
}

function drawPeople(random: Random): PersonPlan[] {
  const clients = CLIENTS.slice(0, 2 + random.below(4)).map((name): PersonPlan => ({ name, kind: 'client', persona: drawPersona(random) }));
  const people = clients.slice(0, 5);
  if (random.below(2) === 0) people.push({ name: 'gateway', kind: 'gateway', persona: 'telephone' });
  if (people.length < 6 && random.below(4) === 0) people.push({ name: 'mallory', kind: 'stranger', persona: 'telephone' });
  if (random.below(10) > 0) return people;
  const silent = pick(random, people).name;
  return people.map((person) => (person.name === silent ? { ...person, crashesAt: random.below(SCRIPT_MS) } : person));
}

function drawPersona(random: Random): PersonPlan['persona'] {
  return random.below(3) > 0 ? 'messenger' : 'telephone';
}

function drawSteps(random: Random, people: readonly PersonPlan[]): Step[] {
  const steps = Array.from({ length: 1 + random.below(8) }, (): Step => drawStep(random, people));
  return steps.sort((one, other) => one.at - other.at);
}

function drawStep(random: Random, people: readonly PersonPlan[]): Step {
  const at = random.below(SCRIPT_MS);
  const roll = random.below(10);
  const clients = people.filter(({ kind }) => kind === 'client');
  if (roll === 0) return { kind: 'register', at, who: pick(random, clients).name };
  const from = pick(random, people).name;
  const target = drawTarget(random, people, from);
  return roll <= 2 ? { kind: 'message', at, from, target } : drawCall(random, at, from, target);
}

/** Mostly one of few callees, so that invitations meet. */
function drawTarget(random: Random, people: readonly PersonPlan[], from: string): string {
  const roll = random.below(20);
  if (roll === 0) return 'nobody';
  if (roll === 1) return ABSENT;
  if (people.some(({ kind }) => kind === 'gateway') && roll < 7 && from !== 'gateway') return pick(random, Object.keys(NUMBERS));
  const others = people.filter(({ name, kind }) => kind === 'client' && name !== from).map(({ name }) => name);
  return random.below(2) === 0 ? (others[0] ?? 'nobody') : pick(random, others);
}

function drawCall(random: Random, at: number, caller: string, target: string): CallPlan {
  const reaction: Reaction = {
    rings: random.below(3) > 0,
    afterMs: random.below(3) === 0 ? 0 : random.below(5_000),
    final: drawFinal(random),
  };
  return {
    kind: 'call',
    at,
    caller,
    target,
    reaction,
    ...(random.below(3) === 0 && { cancelAfterMs: random.below(6_000) }),
    ...(random.below(2) === 0 && { hangUp: { by: pick(random, ['caller', 'callee'] as const), afterMs: random.below(5_000) } }),
  };
}

function drawFinal(random: Random): Reaction['final'] {
  const roll = random.below(10);
  if (roll < 4) return 'answer';
  return roll < 6 ? 'none' : pick(random, REJECTIONS);
}

function pick<T>(random: Random, of: readonly T[]): T {
  return of[random.below(of.length)] as T;
}

/** The trust settings of a profile, as a scenario would have them. */
export function trustOf(profile: ProfileName): TrustSettings {
  const server = { treatAllConnectionsAsTrusted: true, treatAllConnectionsAsServer: true };
  const none: TrustSettings = { listeners: [], hosts: [], quirks: ['lcs2003'] };
  switch (profile) {
    case 'telephony-off':
    case 'no-trust':
      return none;
    case 'gateway-host':
      return { ...none, hosts: [{ address: GATEWAY_ADDRESS, treatAsAuthenticated: true }] };
    case 'separate-listener':
      return { ...none, listeners: [{ name: 'gateway', ...server }] };
    case 'shared-listener':
      return { ...none, listeners: [{ name: 'default', ...server }] };
    case 'host-mask-too-wide':
      return { ...none, hosts: [{ address: '192.0.2.0/24', treatAsAuthenticated: true, throttleAsServer: true }] };
    case 'shared-listener-without-quirk':
      return { ...none, quirks: [], listeners: [{ name: 'default', ...server }] };
  }
}

/** The profiles under which the rejection of a client is not routed: the fault of KB834477. */
export function isFaulty(profile: ProfileName): boolean {
  return profile === 'shared-listener' || profile === 'host-mask-too-wide';
}

/** Whether the server lets requests of such a participant in: a client by his account, the others by trust alone. */
export function isAdmitted(profile: ProfileName, kind: PersonPlan['kind']): boolean {
  if (kind === 'client') return true;
  const open = isFaulty(profile) || profile === 'shared-listener-without-quirk';
  return open || (kind === 'gateway' && (profile === 'gateway-host' || profile === 'separate-listener'));
}
