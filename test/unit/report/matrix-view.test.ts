import { glyphsFor } from '../../../harness/report/glyphs.js';
import { drawMatrix } from '../../../harness/report/matrix-view.js';
import { type JudgedCase, type OutcomeMatrix, outcomeMatrices } from '../../../harness/report/outcome-matrix.js';
import { paletteFor } from '../../../harness/report/palette.js';
import { widthOf } from '../../../harness/report/text-layout.js';
import { loadScenario } from '../../../harness/scenario/load.js';
import type { CaseResult } from '../../../harness/scenario/result.js';
import { attemptResult, caseResult, madeUpCases, SWALLOWED } from './made-up.js';

const plain = { width: 80, glyphs: glyphsFor(true), palette: paletteFor({ hasColours: false }) };
const INTRUSION = {
  label: 'mallory → number, straight to the gateway’s listener or server',
  originator: 'mallory',
  expected: [407, 200],
  observed: 407,
  reached: [],
} as const;

function matrixOf(profiles: string[], resultOf: (judged: { index: number; trust: string | null }) => Partial<CaseResult>): OutcomeMatrix {
  const judged: JudgedCase[] = madeUpCases(profiles).map((played, index) => ({
    case: played,
    result: caseResult(played, resultOf({ index, trust: played.trust })),
  }));
  const [matrix] = outcomeMatrices(judged);
  if (!matrix) throw new Error('no matrix');
  return matrix;
}

test('has profiles as rows and attempts as columns, and says what was split, let in and unexpected', () => {
  const matrix = matrixOf(['no-trust', 'separate-listener', 'shared-listener'], ({ index, trust }) => {
    if (trust === 'separate-listener')
      return { attempts: [attemptResult(), attemptResult({ ...INTRUSION, observed: 200, reached: ['gateway'] })] };
    if (index === 4) return { attempts: [attemptResult({ ...SWALLOWED, expected: ['pending'] }), attemptResult(INTRUSION)] };
    if (index === 5) return { status: 'failed', attempts: [attemptResult({ expected: ['pending'] }), attemptResult(INTRUSION)] };
    return { attempts: [attemptResult(), attemptResult(INTRUSION)] };
  });
  expect(drawMatrix(matrix, plain)).toEqual([
    '                                    mallory → number, straight to',
    '                                    the gateway’s listener or',
    '  trust profile       carol → bob   server',
    '  ───────────────────────────────────────────────────────────────',
    '  no-trust            486           407',
    '  separate-listener   486           200, let in',
    '  shared-listener     pending ×1,   407',
    '                      ✗ 486 ×1',
  ]);
});

test('puts columns that do not fit below each other', () => {
  const matrix = matrixOf(['no-trust'], () => ({ attempts: [attemptResult(), attemptResult(INTRUSION)] }));
  const lines = drawMatrix(matrix, { ...plain, width: 48 });
  expect(lines.filter((line) => line.startsWith('  no-trust'))).toEqual(['  no-trust        486', '  no-trust        407']);
  expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(48);
});

test('marks the attempts of a failed case whose values are right, for something beside them is not', () => {
  const matrix = matrixOf(['no-trust'], () => ({ status: 'failed', attempts: [attemptResult(), attemptResult(INTRUSION)] }));
  expect(matrix.cell('no-trust', 'carol → bob')?.outcomes).toEqual([{ value: '486', letIn: false, verdicts: { unexpected: 2 }, count: 2 }]);
});

test('tells cases that were not run and those that could not be judged from those that passed', () => {
  const matrix = matrixOf(['no-trust'], ({ index }) =>
    index === 0 ? { status: 'skipped' } : { status: 'inconclusive', attempts: [attemptResult(SWALLOWED), attemptResult(INTRUSION)] },
  );
  const drawn = drawMatrix(matrix, plain).join('\n');
  expect(drawn).toContain('not run ×1');
  expect(drawn).toContain('? pending ×1');
});

test('says a value once, and how many of its cases are marked', () => {
  const statuses: Partial<CaseResult>[] = [
    {},
    { status: 'inconclusive' },
    { status: 'failed', attempts: [attemptResult({ ...SWALLOWED, expected: [486] })] },
  ];
  const cases = madeUpCases(['no-trust', 'shared-listener']).slice(0, 3);
  const judged = cases.map((played, index) => ({
    case: { ...played, trust: 'one' },
    result: caseResult(played, { attempts: [attemptResult(SWALLOWED)], ...statuses[index] }),
  }));
  const [matrix] = outcomeMatrices(judged);
  const [some] = outcomeMatrices(judged.slice(1, 2));
  expect(matrix && drawMatrix(matrix, plain).at(-1)).toMatch(/^ {2}one +pending ×3 \(✗ 1, \? 1\) /);
  expect(some && drawMatrix(some, plain).at(-1)).toMatch(/^ {2}one +\? pending /);
});

test('says of an attempt that the trace does not have that it was not seen', () => {
  const matrix = matrixOf(['no-trust'], () => ({ status: 'inconclusive', attempts: [attemptResult({ observed: null })] }));
  expect(drawMatrix(matrix, plain).join('\n')).toContain('? not seen');
});

test('counts instead of listing where a cell has many values', () => {
  const profiles = ['no-trust'];
  const played = madeUpCases(profiles)[0];
  if (!played) throw new Error('no case');
  const judged = [300, 404, 486, 500, 603].map((code) => ({
    case: played,
    result: caseResult(played, { attempts: [attemptResult({ expected: [code], observed: code })] }),
  }));
  const [matrix] = outcomeMatrices(judged);
  expect(matrix && drawMatrix(matrix, plain).join('\n')).toContain('5 as expected');
});

test('a gateway or a user with an account is not let in', () => {
  const matrix = matrixOf(['no-trust'], () => ({ attempts: [attemptResult({ reached: ['gateway'] }), attemptResult(INTRUSION)] }));
  expect(drawMatrix(matrix, plain).join('\n')).not.toContain('let in');
});

test('a gateway that reaches another one is not let in either', () => {
  const gateways = loadScenario(
    {
      name: 'Transit',
      servers: { lcs: { domain: 'lab.example' } },
      participants: { near: { role: 'gateway', at: 'lcs' }, far: { role: 'gateway', at: 'lcs' } },
      script: [{ near: { invite: '+15550100', as: 'only' } }],
      expect: { only: [{ observed: 200 }] },
    },
    'transit',
    '/',
  ).cases;
  const attempts = [attemptResult({ label: 'near → +15550100', originator: 'near', expected: [200], observed: 200, reached: ['far'] })];
  const [matrix] = outcomeMatrices(gateways.map((played) => ({ case: played, result: caseResult(played, { attempts }) })));
  expect(matrix?.cell('(no profile)', 'near → +15550100')?.outcomes[0]?.letIn).toBe(false);
});

test('a scenario that expects something else under the same title gets a column of its own; the broadest scenario leads', () => {
  const side = loadScenario(
    {
      name: 'An idle callee',
      servers: { lcs: { domain: 'lab.example' } },
      participants: { bob: { home: 'lcs' }, carol: { home: 'lcs' } },
      profiles: { 'shared-listener': {} },
      matrix: { trust: ['shared-listener'] },
      script: [{ carol: { invite: 'bob', as: 'only' } }],
      expect: { only: [{ observed: 'ringing' }] },
    },
    'kb834477/a-control',
    '/',
  ).cases.map((played) => ({
    case: played,
    result: caseResult(played, { attempts: [attemptResult({ expected: ['ringing'], observed: 'ringing' })] }),
  }));
  const broad = madeUpCases(['no-trust', 'shared-listener']).map((played) => ({
    case: played,
    result: caseResult(played, { attempts: [attemptResult()] }),
  }));
  const [matrix] = outcomeMatrices([...side, ...broad]);
  expect(matrix?.rows).toEqual(['no-trust', 'shared-listener']);
  expect(matrix?.columns).toEqual(['carol → bob', INTRUSION.label, 'carol → bob (a-control)']);
  expect(matrix?.cell('shared-listener', 'carol → bob')?.outcomes).toEqual([
    { value: '486', letIn: false, verdicts: { expected: 2 }, count: 2 },
  ]);
});
