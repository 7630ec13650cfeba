import type { World } from './world.js';

/** One thing that a drachtio-compatible server does, and how to see whether it does. */
export interface Behaviour {
  /** `area/name`; stable, since people and programs refer to it. */
  readonly id: string;
  /** What the server does, as a sentence without a full stop. */
  readonly title: string;
  /** Section of the protocol document, or RFC and section. */
  readonly source: string;
  /**
   * How sure it is that the real server does so: `recorded` on the wire, `read` in its source only, or `own`: what this
   * project asks of any server, beyond what is known of the real one.
   */
  readonly basis: 'recorded' | 'read' | 'own';
  /** Waits for timers that run for many T1: on a server with the RFC's timers for minutes. */
  readonly slow?: true;
  /** Is about a server that was started with `strict`, which only the embedded one can be. */
  readonly strict?: true;
  /** Shows the behaviour: resolves if it is there, throws where it is not. */
  readonly run: (world: World) => Promise<void>;
}

/** A behaviour that cannot be looked for on this server. */
export class Skipped extends Error {}

export type Status = 'passed' | 'failed' | 'differs' | 'skipped';

export interface Outcome {
  readonly id: string;
  readonly title: string;
  readonly source: string;
  readonly basis: Behaviour['basis'];
  readonly status: Status;
  /** Why it failed, differs or was skipped. */
  readonly reason: string | null;
  readonly ms: number;
}
