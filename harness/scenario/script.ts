import { MARKER_HEADER } from '../diagnosis/sip-fields.js';
import type { IncomingCall, OutgoingCall, RequestOptions } from '../endpoint/endpoint.js';
import type { Lab } from '../lab/lab.js';
import type { Clock } from '../platform/clock.js';
import type { TimerValues } from '../transaction/timer-values.js';
import type { AttemptStates } from './attempt-states.js';
import { carryOut } from './carry-out.js';
import type { Case } from './case.js';
import type { Condition, InviteStep, MessageStep, Reaction, ReactStep, Step, Target } from './model.js';
import { durationMs } from './parse-terms.js';
import type { Waiting } from './waiting.js';

/** A step waited for something that did not happen. */
export class StalledScript extends Error {
  override readonly name = 'StalledScript';
}

export interface ScriptOptions {
  readonly lab: Lab;
  readonly clock: Clock;
  readonly timers: TimerValues;
  readonly states: AttemptStates;
  readonly waiting: Waiting;
  /** Of this case alone, 16 characters or more. */
  readonly token: string;
  /** Called before a step waits for a horizon to pass. */
  resting(): void;
  /** How long a step may wait for its conditions, in ms. */
  readonly patienceMs: number;
}

/** Plays the steps of one case: actions one after the other, reactions whenever their invitation arrives. */
export class Script {
  readonly #calls = new Map<string, OutgoingCall>();
  readonly #incoming = new Map<string, IncomingCall>();
  readonly #reacting: Promise<void>[] = [];

  constructor(
    private readonly script: Pick<Case, 'steps' | 'participants'>,
    private readonly options: ScriptOptions,
  ) {}

  /** The originator's side of an attempt, once its step was taken. */
  call(label: string): OutgoingCall | undefined {
    return this.#calls.get(label);
  }

  /** Resolves when every action is taken. @throws StalledScript */
  async play(): Promise<void> {
    for (const { name } of this.script.participants) this.#installReactions(name);
    for (const [index, step] of this.script.steps.entries()) {
      if (step.verb === 'react') continue;
      await this.#ready(step, index);
      await carryOut(step, this.#ordered(step), this.options, () => this.#take(step));
    }
  }

  /** Resolves when every reaction is taken whose invitation has arrived. @throws StalledScript */
  async reactionsTaken(): Promise<void> {
    while (this.#reacting.length > 0) await this.#reacting.shift();
  }

  #take(step: Exclude<Step, ReactStep>): void {
    switch (step.verb) {
      case 'invite':
        return this.#invite(step);
      case 'message':
        return this.#message(step);
      case 'cancel':
        return this.#calls.get(step.label)?.cancel();
      case 'hangUp':
        return this.#ordered(step)?.hangUp();
    }
  }

  /** The participant's side of the call that a step gives an order to; undefined where it begins one, or there is none. */
  #ordered(step: Exclude<Step, ReactStep>): OutgoingCall | IncomingCall | undefined {
    if (step.verb !== 'cancel' && step.verb !== 'hangUp') return undefined;
    const inviter = this.script.steps.find((other) => other.verb === 'invite' && other.label === step.label)?.participant;
    return step.participant === inviter ? this.#calls.get(step.label) : this.#incoming.get(`${step.participant} ${step.label}`);
  }

  #invite(step: InviteStep): void {
    const { lab, states } = this.options;
    const call = lab.endpoint(step.participant).invite(this.#uri(step.participant, step.target), {
      ...this.#requestOptions(step),
      action: step.action,
    });
    this.#calls.set(step.label, call);
    states.followInvitation(step.label, call);
  }

  #message(step: MessageStep): void {
    const { lab, states } = this.options;
    const sender = lab.endpoint(step.participant);
    const request = sender.message(this.#uri(step.participant, step.target), step.text, this.#requestOptions(step));
    states.followRequest(step.label, sender.address, request, 'MESSAGE');
  }

  #requestOptions({ label, at }: InviteStep | MessageStep): RequestOptions {
    return { headers: [[MARKER_HEADER, this.#marker(label)]], ...(at ? { to: this.options.lab.addressOf(at) } : {}) };
  }

  /** Unique beyond the case: a capture may hold many cases, and a label is the same in all of a scenario's. */
  #marker(label: string): string {
    return `${this.options.token}-${label}`;
  }

  #uri(caller: string, target: Target): string {
    const { lab } = this.options;
    switch (target.kind) {
      case 'participant':
        return lab.addressOfRecord(target.name);
      case 'number':
        return `sip:${target.number}@${lab.domainOf(caller)};user=phone`; // RFC 3261 §19.1.6
      case 'uri':
        return target.uri;
    }
  }

  #installReactions(participant: string): void {
    const steps = this.script.steps.filter((step): step is ReactStep => step.verb === 'react' && step.participant === participant);
    if (steps.length === 0) return;
    this.options.lab.endpoint(participant).onInvitation((call) => {
      const marker = call.header(MARKER_HEADER);
      const label =
        marker === undefined ? this.#labelOf(call, participant) : steps.find((step) => this.#marker(step.label) === marker)?.label;
      const own = steps.filter((step) => step.label === label);
      if (own.length === 0) return;
      this.#incoming.set(`${participant} ${label}`, call);
      this.#handle(call, own);
    });
  }

  /** Some endpoints send no header of ours: then the Call-ID tells, where no B2BUA changed it. */
  #labelOf({ callId }: IncomingCall, participant: string): string | undefined {
    const placed = [...this.#calls].find(([, call]) => call.callId === callId);
    return placed?.[0] ?? this.#likeliestLabel(participant);
  }

  /** A B2BUA may leave our marker out: then it is the newest attempt for this participant that has not arrived yet. */
  #likeliestLabel(participant: string): string | undefined {
    const isGateway = this.script.participants.some(({ name, role }) => name === participant && role === 'gateway');
    const mayArrive = ({ target, label }: InviteStep): boolean => {
      const isForHim = target.kind === 'participant' ? target.name === participant : isGateway;
      return isForHim && this.#calls.has(label) && !this.#incoming.has(`${participant} ${label}`);
    };
    return this.script.steps.findLast((step): step is InviteStep => step.verb === 'invite' && mayArrive(step))?.label;
  }

  /** What needs not wait is done within the endpoint's own turn, so that its persona does not decide first. */
  #handle(call: IncomingCall, steps: readonly ReactStep[]): void {
    const [first, ...later] = steps;
    if (first && first.after.length === 0 && first.wait === null) {
      react(call, first.reaction);
      this.#promise(this.#reactLater(call, later));
    } else {
      call.ignore();
      this.#promise(this.#reactLater(call, steps));
    }
  }

  /** What goes wrong with a reaction is told by {@link reactionsTaken}; until somebody asks, it is no unhandled rejection. */
  #promise(reaction: Promise<void>): void {
    reaction.catch(() => {});
    this.#reacting.push(reaction);
  }

  async #reactLater(call: IncomingCall, steps: readonly ReactStep[]): Promise<void> {
    for (const step of steps) {
      await this.#ready(step, this.script.steps.indexOf(step));
      await carryOut(step, call, this.options, () => react(call, step.reaction));
    }
  }

  /** Waits until the step's conditions hold, and then for as long as it says. */
  async #ready({ after, wait, participant, verb }: Step, index: number): Promise<void> {
    const { clock, patienceMs, timers, waiting } = this.options;
    const deadline = clock.now() + patienceMs;
    for (const condition of after) {
      if (condition.state === 'pending') this.options.resting();
      if (!(await waiting.until(this.#awaited(condition), deadline))) {
        const waited = `${condition.label} is ${condition.state}`;
        throw new StalledScript(`step ${index + 1} (${participant}: ${verb}) waited ${Math.round(patienceMs)} ms for “${waited}”, in vain`);
      }
    }
    if (wait) await waiting.pause(durationMs(wait, timers.t1));
  }

  #awaited({ label, state }: Condition): { holds(): boolean; lookAgainAt(): number | undefined } {
    const { states } = this.options;
    return { holds: () => states.is(label, state), lookAgainAt: () => states.quietAt(label) };
  }
}

function react(call: IncomingCall, reaction: Reaction): void {
  switch (reaction.kind) {
    case 'ring':
      return call.ring(reaction.status, reaction.phrase ?? undefined);
    case 'answer':
      return call.answer();
    case 'ignore':
      return call.ignore();
    case 'reject':
      return call.reject(reaction.status, reaction.phrase ?? undefined);
  }
}
