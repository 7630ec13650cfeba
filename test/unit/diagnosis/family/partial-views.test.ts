import type { Attempt, Loss } from '../../../../harness/diagnosis/attempt.js';
import { formatSocketAddress } from '../../../../harness/platform/socket-address.js';
import type { Truth } from './call-story.js';
import { diagnosed, isOriginator, isTarget, proxy, SEEDS, tellCalls, type View } from './played-calls.js';

/** Captures that do not show everything may say less than the truth, and nothing that is not true. */
const VIEWS: Readonly<Record<string, View>> = {
  'one point that sees all': { proxies: 2, points: [{ name: 'switch', at: 'switch' }], without: [] },
  'the callers alone': { proxies: 3, points: [{ name: 'callers', at: isOriginator }], without: [] },
  'the callees alone': { proxies: 3, points: [{ name: 'callees', at: isTarget }], without: [] },
  'the first proxy alone': { proxies: 3, points: [proxy(1)], without: [] },
  'the second proxy alone': { proxies: 3, points: [proxy(2)], without: [] },
};

/**
 * From one side a packet that the network lost looks as if its receiver had dropped it, and a B2BUA that dropped it as if it
 * were the originator; of a call that began before the capture, a response that does not fit is not recognised.
 */
const LOOKS_LIKE: Readonly<Record<string, readonly string[]>> = {
  'lost-on-wire': ['not-acked', 'not-accepted'],
  'not-acked': ['not-accepted'],
  'not-accepted': ['swallowed'],
};
/** Said where the capture ends before an ACK could come. */
const NOT_SHOWN = /that it was taken is not shown/;

/** Both ends, and nothing of what lies between: of that all is concluded. */
const BLACK_BOX: View = {
  proxies: 3,
  points: [
    { name: 'callers', at: isOriginator },
    { name: 'callees', at: isTarget },
  ],
  without: [],
};

/** A single point cannot tell what the network lost from what its receiver dropped. */
function isSure({ certainty }: Loss, truly: string): boolean {
  return certainty === 'seen' && truly !== 'lost-on-wire';
}

function untruths(truth: Truth, attempt: Attempt): string[] {
  const { loss, outcome, finalAtOriginator, finalAtCallee, originatorSeen } = attempt;
  const wrong: string[] = [];
  // Whoever stands in for a B2BUA and what is unseen beside it, where both are concluded.
  const isBlackBox = loss?.certainty === 'inferred' && truth.story.includes('B2BUA');
  if (loss && loss.certainty !== 'unknown') {
    const kinds = truth.loss ? [truth.loss.kind, ...(isSure(loss, truth.loss.kind) ? [] : (LOOKS_LIKE[truth.loss.kind] ?? []))] : [];
    if (!kinds.includes(loss.kind)) wrong.push(`a loss (${loss.kind}, ${loss.certainty}), truly ${truth.loss?.kind ?? 'none'}`);
    else if (
      !isBlackBox &&
      loss.kind === truth.loss?.kind &&
      loss.hop &&
      truth.loss.hop &&
      formatSocketAddress(loss.hop) !== formatSocketAddress(truth.loss.hop)
    )
      wrong.push(`${loss.kind} (${loss.certainty}) at ${formatSocketAddress(loss.hop)}, truly at ${formatSocketAddress(truth.loss.hop)}`);
  }
  const isOriginators = originatorSeen && formatSocketAddress(attempt.originator) === formatSocketAddress(truth.originator);
  const isOpen = attempt.notes.some((note) => NOT_SHOWN.test(note));
  if (isOriginators && !isOpen && finalAtOriginator !== null && finalAtOriginator !== truth.finalAtOriginator)
    wrong.push(`${finalAtOriginator} at the originator, truly ${truth.finalAtOriginator}`);
  if (isOriginators && outcome === 'pending' && loss?.certainty !== 'unknown' && truth.finalAtCallee === null)
    wrong.push('pending, but nothing was lost');
  if (outcome === 'altered' && attempt.alteration?.certainty !== 'unknown' && truth.outcome !== 'altered')
    wrong.push(`altered from ${finalAtCallee} to ${finalAtOriginator}, truly ${truth.outcome}`);
  return wrong;
}

async function untruthsOf(view: View, seed: number, cut: { from?: number; until?: number } = {}): Promise<string[]> {
  const calls = tellCalls(view, seed);
  const attempts = await diagnosed(view, calls, seed, cut);
  return calls.flatMap(({ truth }) =>
    attempts
      .filter(({ callIds }) => truth.callIds.some((callId) => callIds.includes(callId)))
      .flatMap((attempt) => untruths(truth, attempt).map((untruth) => `${truth.story}: ${untruth}`)),
  );
}

describe.each(Object.entries(VIEWS))('seen from %s', (_name, view) => {
  test.each(SEEDS)('seed %i: nothing is said that is not true', async (seed) => {
    expect(await untruthsOf(view, seed)).toEqual([]);
  });

  test.each(SEEDS)('seed %i: nor where the capture begins and ends in the middle of calls', async (seed) => {
    expect(await untruthsOf(view, seed, { from: 5000 + seed * 700, until: 25_000 + seed * 900 })).toEqual([]);
  });
});

test.each(SEEDS)(
  'seed %i: of proxies that nobody watched nothing is said to be seen, and nobody is said to have lost what came',
  async (seed) => {
    const calls = tellCalls(BLACK_BOX, seed);
    const attempts = await diagnosed(BLACK_BOX, calls, seed);
    const wrong = calls.flatMap(({ truth }) =>
      attempts
        .filter(({ callIds }) => callIds.includes(truth.callIds[0] as string))
        .flatMap(({ loss, outcome, finalAtOriginator }) => [
          ...(loss?.kind === 'swallowed' && loss.certainty === 'seen' && truth.loss?.kind !== 'swallowed'
            ? [`${truth.story}: ${loss.kind}`]
            : []),
          ...(finalAtOriginator !== truth.finalAtOriginator ? [`${truth.story}: ${finalAtOriginator}`] : []),
          ...(outcome === 'pending' && truth.loss === null ? [`${truth.story}: ${outcome}`] : []),
        ]),
    );
    expect(wrong).toEqual([]);
  },
);
