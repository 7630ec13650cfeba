/**
 * The parts of a scenario after reading: every name is known to exist, every `$axis` is replaced, every default is filled in.
 * What may be written in a file is `schema.ts`; what one case consists of is `case.ts`.
 */

import type { Reaction, ServerEntrance } from '../lab/topology.js';

export type {
  HostAddress,
  HostSettings,
  ListenerSettings,
  NumberRule,
  Participant,
  Quirk,
  Reaction,
  RouteSettings,
  Server,
  ServerEntrance,
} from '../lab/topology.js';
export { DEFAULT_LISTENER, QUIRKS } from '../lab/topology.js';

import type { LossKind } from '../diagnosis/attempt.js';

/** One of the five conversations that KB834477 names. */
export type Action = 'voice' | 'camera' | 'application-sharing' | 'whiteboard' | 'remote-assistance';

export const ACTIONS: readonly Action[] = ['voice', 'camera', 'application-sharing', 'whiteboard', 'remote-assistance'];

/** Whom a request is for. */
export type Target =
  | { readonly kind: 'participant'; readonly name: string }
  | { readonly kind: 'number'; readonly number: string }
  | { readonly kind: 'uri'; readonly uri: string };

/** The states of an attempt that a step can wait for. `engaged` in a file is `answered` here. */
export type AttemptState = 'ringing' | 'answered' | 'rejected' | 'cancelled' | 'pending';

/** `first is ringing` */
export interface Condition {
  readonly label: string;
  readonly state: AttemptState;
}

/** A time: in milliseconds, or in multiples of the timer T1 that the run uses. */
export interface Duration {
  readonly amount: number;
  readonly unit: 'ms' | 'T1';
}

export type Step = InviteStep | MessageStep | CancelStep | HangUpStep | ReactStep;

interface StepBase {
  /** Who acts. */
  readonly participant: string;
  /** All must hold before the step is taken. */
  readonly after: readonly Condition[];
  /** Time that passes between the conditions' holding and the step. */
  readonly wait: Duration | null;
}

export interface InviteStep extends StepBase {
  readonly verb: 'invite';
  /** Name of the attempt within the script, unique in the case. */
  readonly label: string;
  /** Name of the attempt for people: `carol → bob`. */
  readonly title: string;
  readonly target: Target;
  readonly action: Action;
  /** Straight to that listener instead of the participant's own entrance; null: the usual way. */
  readonly at: ServerEntrance | null;
}

export interface MessageStep extends StepBase {
  readonly verb: 'message';
  readonly label: string;
  readonly title: string;
  readonly target: Target;
  readonly text: string;
  readonly at: ServerEntrance | null;
}

export interface CancelStep extends StepBase {
  readonly verb: 'cancel';
  /** The attempt that its originator gives up. */
  readonly label: string;
}

export interface HangUpStep extends StepBase {
  readonly verb: 'hangUp';
  /** The answered attempt that one of its two sides ends. */
  readonly label: string;
}

export interface ReactStep extends StepBase {
  readonly verb: 'react';
  /** The attempt whose invitation the participant handles. Several steps for one attempt are taken in order. */
  readonly label: string;
  readonly reaction: Reaction;
}

/** What may be observed of an attempt: a final code, or why there is none. */
export type Observed = number | 'ringing' | 'pending';

/** What must be observed of one attempt in this case. */
export interface Expectation {
  readonly label: string;
  /** One of these. */
  readonly observed: readonly Observed[];
  /** Where the final must have been lost if the attempt is pending, or arrives altered or cancelled; null: not asserted. */
  readonly loss: ExpectedLoss | null;
  /** Exactly the participants that the INVITE must have arrived at; null: not asserted. */
  readonly reached: readonly string[] | null;
  /** The sentence on the originator's screen; undefined: not asserted; null: there must be none. */
  readonly shown: string | null | undefined;
  /** The final response that the originator's CANCEL must have got, one of these; null: not asserted. */
  readonly cancel: readonly number[] | null;
}

export const LOSS_KINDS: readonly LossKind[] = ['not-acked', 'swallowed', 'misdelivered', 'not-accepted', 'lost-on-wire'];

export interface ExpectedLoss {
  readonly kind: LossKind;
  /** The server or participant where it was lost; null: not asserted. */
  readonly hop: string | null;
}
