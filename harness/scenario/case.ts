import type { LinkSettings } from '../lab/topology.js';
import type { Duration, Expectation, Participant, Server, Step } from './model.js';

/** The value of each matrix axis in one case, in the order of the axes. */
export type Variant = Readonly<Record<string, string | number>>;

/** One scenario with one trust profile and one value of each other axis: what is run, and what is judged. */
export interface Case {
  /** `kb834477/second-invitation[trust=shared-listener,action=camera,bob=ringing]`; unique in a run. */
  readonly id: string;
  /** The id without the variant: `kb834477/second-invitation`. */
  readonly scenario: string;
  /** The scenario's name for people. */
  readonly title: string;
  readonly reference: string | null;
  /** The file it was read from; null for a definition in code. */
  readonly file: string | null;
  readonly variant: Variant;
  /** The trust profile's name; null in a scenario without the axis `trust`. */
  readonly trust: string | null;
  readonly servers: readonly Server[];
  readonly participants: readonly Participant[];
  readonly links: readonly LinkSettings[];
  readonly steps: readonly Step[];
  /** Background calls a second over the first server; null: none. */
  readonly load: number | null;
  /** One for each attempt of which something is expected, in the order of the script. */
  readonly expectations: readonly Expectation[];
  /** How long the case's own horizon is; null: the run's. */
  readonly horizon: Duration | null;
  /** Why the run leaves it out, in a sentence; it is played unless said. */
  readonly skip?: string;
}

/** `name[axis=value,…]`, or the bare name of a scenario without a matrix. */
export function caseId(scenario: string, variant: Variant): string {
  const values = Object.entries(variant).map(([axis, value]) => `${axis}=${value}`);
  return values.length === 0 ? scenario : `${scenario}[${values.join(',')}]`;
}
