import type { Variant } from './case.js';
import type { CaseContext } from './case-context.js';
import { describe } from './check-shape.js';
import { axesOf, checkSelection, matches } from './matrix.js';
import type { Problems, ValuePath } from './mistake.js';
import { type Expectation, type ExpectedLoss, LOSS_KINDS, type Observed, type Step } from './model.js';
import type { ExpectationInput, ScenarioInput } from './scenario-schema.js';

const ROW_KEYS = ['observed', 'loss', 'reached', 'shown', 'cancel'];

/** Checks what the rows of `expect` select by, once for a scenario: it is the same in all its cases. */
export function checkRows(scenario: ScenarioInput, variants: readonly Variant[], problems: Problems): void {
  const axes = new Map([...axesOf(scenario.matrix)].map(([axis, values]) => [axis, [...values, ...includedValues(scenario, axis)]]));
  for (const [label, rows] of Object.entries(scenario.expect)) {
    const sound = rows.map((row, index) => checkSelection(selectionOf(row), axes, ['expect', label, index], problems, ROW_KEYS));
    if (sound.includes(false))
      problems.settle(['expect', label]); // that no row matches is only what follows from it
    else if (variants.length > 0) checkRowsReached(label, rows, variants, problems);
  }
}

/** A row that no case gets to is looked at in none: what it was to say is tested nowhere. */
function checkRowsReached(label: string, rows: readonly ExpectationInput[], variants: readonly Variant[], problems: Problems): void {
  const selected = rows.map((row) => variants.filter((variant) => matches(variant, selectionOf(row))));
  const reached = new Set(variants.map((variant) => selected.findIndex((some) => some.includes(variant))));
  for (const [index, some] of selected.entries()) {
    if (reached.has(index)) continue;
    const why = some.length > 0 ? 'the rows above it match first' : 'no case has all of these values';
    problems.add(['expect', label, index], `this row says nothing: ${why}`, 'key');
  }
}

function includedValues(scenario: ScenarioInput, axis: string): (string | number)[] {
  return (scenario.matrix?.include ?? []).flatMap((entry) => entry[axis] ?? []);
}

function selectionOf(row: ExpectationInput): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([key]) => !ROW_KEYS.includes(key)));
}

/**
 * Picks, for each attempt that something is expected of, the first row that matches the variant.
 *
 * @param expect the rows, `$axis` already replaced
 */
export function buildExpectations(
  expect: ScenarioInput['expect'],
  variant: Variant,
  steps: readonly Step[],
  context: CaseContext,
): Expectation[] {
  const made = steps.flatMap((step) => (step.verb === 'invite' || step.verb === 'message' ? [step.label] : []));
  for (const label of Object.keys(expect)) context.mustBeAttempt(label, ['expect', label], 'key');
  return made.flatMap((label) => {
    const rows = Object.hasOwn(expect, label) ? expect[label] : undefined;
    if (rows === undefined) return [];
    const index = rows.findIndex((row) => matches(variant, selectionOf(row)));
    const row = rows[index];
    if (row === undefined) {
      context.problems.add(['expect', label], `no row matches ${describeVariant(variant)}; let the last row match all that is left`, 'key');
      return [];
    }
    return [buildExpectation(label, row, ['expect', label, index], { steps, context })];
  });
}

function describeVariant(variant: Variant): string {
  return Object.entries(variant)
    .map(([axis, value]) => `${axis}=${value}`)
    .join(', ');
}

interface Place {
  readonly steps: readonly Step[];
  readonly context: CaseContext;
}

function buildExpectation(label: string, row: ExpectationInput, path: ValuePath, { steps, context }: Place): Expectation {
  const observed = buildObserved(row.observed, [...path, 'observed'], context);
  const loss = row.loss === undefined ? null : buildLoss(row.loss, [...path, 'loss'], context);
  if (observed.includes('pending') && row.loss === undefined) {
    context.problems.add(
      [...path, 'observed'],
      'pending needs `loss: { kind, hop }` beside it: a callee that merely rings must not pass for a lost response',
    );
  }
  for (const [index, name] of (row.reached ?? []).entries()) {
    context.mustExist(String(name), context.participants.keys(), 'participant', [...path, 'reached', index]);
  }
  if (row.cancel !== undefined && !steps.some((step) => step.verb === 'cancel' && step.label === label)) {
    context.problems.add([...path, 'cancel'], `no step cancels ${label}: there is no CANCEL that could get a response`, 'key');
  }
  const cancel = row.cancel === undefined ? null : [row.cancel].flat();
  return { label, observed, loss, reached: row.reached ?? null, shown: row.shown, cancel };
}

function buildObserved(written: ExpectationInput['observed'], path: ValuePath, context: CaseContext): Observed[] {
  const several = Array.isArray(written);
  return [written].flat().flatMap((one: unknown, index): Observed[] => {
    if (one === 'ringing' || one === 'pending') return [one];
    if (typeof one === 'number' && one >= 200 && one <= 699 && Number.isInteger(one)) return [one];
    const place = several ? [...path, index] : path;
    context.problems.add(place, `expected a response code from 200 to 699, ringing or pending, found ${describe(one)}`);
    return [];
  });
}

function buildLoss(written: NonNullable<ExpectationInput['loss']>, path: ValuePath, context: CaseContext): ExpectedLoss | null {
  const kind = LOSS_KINDS.find((known) => known === written.kind);
  if (kind === undefined) {
    context.mustExist(String(written.kind), LOSS_KINDS, 'kind of loss', [...path, 'kind']);
    return null;
  }
  if (written.hop !== undefined) context.mustExist(String(written.hop), context.hops, 'server or participant', [...path, 'hop']);
  else if (kind !== 'lost-on-wire')
    context.problems.add(path, `missing key "hop": the server or participant that lost the response`, 'key');
  return { kind, hop: written.hop ?? null };
}
