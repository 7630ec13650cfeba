import { type CaseFacts, findingOf } from '../../../harness/scenario/finding.js';
import type { Expectation, Observed } from '../../../harness/scenario/model.js';
import type { AttemptResult } from '../../../harness/scenario/result.js';

function result(observed: Observed | null, expected: Observed[], reached: string[] = ['bob']): AttemptResult {
  return {
    label: 'carol → bob',
    originator: 'carol',
    callee: 'bob',
    expected,
    observed,
    finalAtCallee: null,
    finalAtOriginator: null,
    reached,
    loss: null,
    shown: null,
  };
}

function facts(observed: Observed | null, changes: Partial<CaseFacts> & { expected?: Observed[]; reached?: string[] } = {}): CaseFacts {
  const { expected = [486], reached, ...rest } = changes;
  const expectation: Expectation = { label: 'second', observed: expected, loss: null, reached: ['bob'], shown: undefined, cancel: null };
  return {
    expectations: [expectation],
    results: new Map([['second', result(observed, expected, reached)]]),
    stalled: null,
    isProven: () => true,
    lateMs: 0,
    toleratedMs: 10,
    ...rest,
  };
}

describe('a process that was never late', () => {
  test('passes what is as expected', () => {
    expect(findingOf(facts(486))).toEqual({ status: 'passed', reason: null });
  });

  test('fails what is not, with the reason', () => {
    expect(findingOf(facts('pending'))).toEqual({ status: 'failed', reason: 'carol → bob: expected 486, observed pending' });
  });

  test('fails a script that stalled', () => {
    expect(findingOf(facts(486, { stalled: 'step 2 waited in vain' }))).toEqual({ status: 'failed', reason: 'step 2 waited in vain' });
  });
});

describe('a process that was late', () => {
  const late = { lateMs: 40 };

  test('still passes what it saw', () => {
    expect(findingOf(facts(486, late)).status).toBe('passed');
  });

  test('passes what it did not see, where a whole horizon was undisturbed, and not otherwise', () => {
    expect(findingOf(facts('pending', { ...late, expected: ['pending'] })).status).toBe('passed');
    expect(findingOf(facts('pending', { ...late, expected: ['pending'], isProven: () => false })).status).toBe('inconclusive');
  });

  test('fails what broke before its eyes', () => {
    const broken = facts(null, { ...late, stalled: "bob's sipp ended by itself", isBroken: true });
    expect(findingOf(broken)).toMatchObject({ status: 'failed', reason: expect.stringMatching(/^bob's sipp ended by itself; /) });
  });

  test('fails nobody for what it did not see', () => {
    const { status, reason } = findingOf(facts('pending', late));
    expect(status).toBe('inconclusive');
    expect(reason).toMatch(/late by 40 ms .* more than the 10 ms .*what it saw: carol → bob: expected 486, observed pending/);
  });

  test('fails nobody for a 408, which may be its own silence, nor for a stalled script', () => {
    expect(findingOf(facts(408, late)).status).toBe('inconclusive');
    expect(findingOf(facts(486, { ...late, stalled: 'step 2 waited in vain' })).status).toBe('inconclusive');
  });

  test('fails a wrong response all the same: it did arrive', () => {
    expect(findingOf(facts(200, { ...late, expected: [407] })).status).toBe('failed');
    expect(findingOf(facts(200, { ...late, expected: [407], stalled: 'step 2 waited in vain' })).status).toBe('failed');
  });

  test('fails an INVITE that reached whom it must not: it did arrive', () => {
    expect(findingOf(facts(486, { ...late, reached: ['bob', 'gateway'] })).status).toBe('failed');
  });
});
