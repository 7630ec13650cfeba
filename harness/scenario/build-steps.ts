import type { CaseContext } from './case-context.js';
import { describe } from './check-shape.js';
import type { ValuePath } from './mistake.js';
import {
  ACTIONS,
  type Action,
  type Condition,
  type Duration,
  type Participant,
  type ServerEntrance,
  type Step,
  type Target,
} from './model.js';
import { parseCondition, parseDuration, parseReaction, parseTarget, STATE_WORDS } from './parse-terms.js';
import type { StepInput } from './step-schema.js';

type Written = Readonly<Record<string, StepInput>>;

/** Builds the script. The context must know the participants. */
export function buildSteps(script: readonly Written[], participants: readonly Participant[], context: CaseContext): Step[] {
  const drafts = script.flatMap((written, index) =>
    Object.entries(written).map(([who, body]) => ({ who, body, path: ['script', index, who] })),
  );
  collectLabels(drafts, context);
  return withDistinctTitles(drafts.flatMap((draft) => new StepBuilder(draft, participants, context).build()));
}

interface Draft {
  readonly who: string;
  readonly body: StepInput;
  readonly path: ValuePath;
  /** The label of an attempt without `as`. */
  label?: string;
}

/** Gives every attempt its label, and makes these known. */
function collectLabels(drafts: Draft[], { attempts, problems }: CaseContext): void {
  for (const [index, draft] of drafts.entries()) {
    if (!('invite' in draft.body || 'message' in draft.body)) continue;
    const label = draft.body.as ?? `${draft.who}-${index + 1}`;
    if (attempts.has(label)) problems.add([...draft.path, 'as'], `two attempts have the name "${label}"`);
    attempts.set(label, draft.who);
    draft.label = label;
  }
}

class StepBuilder {
  readonly #problems;

  constructor(
    private readonly draft: Draft,
    private readonly participants: readonly Participant[],
    private readonly context: CaseContext,
  ) {
    this.#problems = context.problems;
  }

  build(): Step[] {
    const { who, body, path } = this.draft;
    this.context.mustExist(who, this.context.participants.keys(), 'participant', path, 'key');
    const base = { participant: who, after: this.#conditions(), wait: this.#wait() };
    if ('invite' in body)
      return this.#attempt(body.invite, 'invite', (common) => ({ ...base, ...common, verb: 'invite', action: this.#action() }));
    if ('message' in body) {
      return this.#attempt(body.message, 'message', (common) => ({ ...base, ...common, verb: 'message', text: String(body.text) }));
    }
    if ('cancel' in body) {
      const maker = this.context.attempts.get(body.cancel);
      if (this.#labelExists(body.cancel, 'cancel') && maker !== who) {
        this.#problems.add([...path, 'cancel'], `only ${maker ?? 'its originator'}, who makes it, can cancel ${body.cancel}`);
      }
      return [{ ...base, verb: 'cancel', label: body.cancel }];
    }
    if ('hangUp' in body) {
      this.#labelExists(body.hangUp, 'hangUp');
      return [{ ...base, verb: 'hangUp', label: body.hangUp }];
    }
    this.#labelExists(body.on, 'on');
    const reaction = parseReaction(String(body.do));
    if (reaction) return [{ ...base, verb: 'react', label: body.on, reaction }];
    this.#problems.add(
      [...path, 'do'],
      `expected ring, answer, busy, ignore, ring with a code from 101 to 199 or reject with one from 300 to 699, found ${describe(body.do)}`,
    );
    return [];
  }

  #attempt(
    written: string,
    key: 'invite' | 'message',
    complete: (common: { label: string; title: string; target: Target; at: ServerEntrance | null }) => Step,
  ): Step[] {
    const { who, body, label } = this.draft;
    const target = this.#target(String(written), key);
    const { at, title } = body as { at?: string; title?: string };
    const entrance = at === undefined ? null : this.#entrance(String(at));
    if (target === undefined || entrance === undefined || label === undefined) return [];
    const straight = at === undefined ? '' : `, straight to ${at}`;
    return [complete({ label, title: title ?? `${who} → ${nameOfTarget(target)}${straight}`, target, at: entrance })];
  }

  #target(written: string, key: string): Target | undefined {
    const target = parseTarget(written);
    if (target.kind !== 'participant') return target;
    const place = [...this.draft.path, key];
    const role = this.context.participants.get(target.name);
    if (role === 'client') return target;
    if (role === 'gateway') this.#problems.add(place, `${target.name} is a gateway; expected a number that is routed to it`);
    else this.context.mustExist(target.name, this.context.participants.keys(), 'participant', place);
    return undefined;
  }

  /** A server, a `server/listener`, or the place where a gateway is connected. */
  #entrance(written: string): ServerEntrance | undefined {
    const gateway = this.participants.find(({ name, role }) => name === written && role === 'gateway');
    return gateway ? gateway.entrance : this.context.entrance(written, [...this.draft.path, 'at']);
  }

  #action(): Action {
    const written = (this.draft.body as { action?: string }).action ?? 'voice';
    const action = ACTIONS.find((known) => known === written);
    if (action === undefined) this.context.mustExist(String(written), ACTIONS, 'action', [...this.draft.path, 'action']);
    return action ?? 'voice';
  }

  #conditions(): Condition[] {
    const { after } = this.draft.body;
    if (after === undefined) return [];
    const several = Array.isArray(after);
    return [after].flat().flatMap((written, index) => {
      const path = several ? [...this.draft.path, 'after', index] : [...this.draft.path, 'after'];
      const condition = parseCondition(String(written));
      if (condition === undefined) {
        this.#problems.add(path, `expected an attempt and its state, such as "first is ringing", found ${describe(written)}`);
        return [];
      }
      const { label, word, state } = condition;
      const known = this.context.mustBeAttempt(label, path);
      if (label === this.draft.label && state !== undefined)
        this.#problems.add(path, `${label} begins with this step, which would wait for itself`);
      if (state === undefined) this.context.mustExist(word, STATE_WORDS, 'state of an attempt', path);
      return known && state !== undefined ? [{ label, state }] : [];
    });
  }

  #wait(): Duration | null {
    const { wait } = this.draft.body;
    if (wait === undefined) return null;
    const parsed = parseDuration(String(wait));
    if (parsed === undefined)
      this.#problems.add([...this.draft.path, 'wait'], `expected a time such as 500ms, 2s or 64T1, found ${describe(wait)}`);
    return parsed ?? null;
  }

  #labelExists(label: string, key: string): boolean {
    return this.context.mustBeAttempt(String(label), [...this.draft.path, key]);
  }
}

function nameOfTarget(target: Target): string {
  if (target.kind === 'participant') return target.name;
  return target.kind === 'number' ? target.number : target.uri;
}

/** Reports tell attempts apart by their titles. */
function withDistinctTitles(steps: readonly Step[]): Step[] {
  const seen = new Set<string>();
  return steps.map((step) => {
    if (step.verb !== 'invite' && step.verb !== 'message') return step;
    const title = seen.has(step.title) ? `${step.title} (${step.label})` : step.title;
    seen.add(title);
    return { ...step, title };
  });
}
