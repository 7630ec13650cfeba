import { ListReporter } from '../../../harness/report/list/list-reporter.js';
import { widthOf } from '../../../harness/report/text-layout.js';
import type { CaseResult } from '../../../harness/scenario/result.js';
import { attemptResult, caseResult, eventsOf, madeUpCases, Paper, SWALLOWED } from './made-up.js';

const cases = madeUpCases(['gateway-host', 'shared-listener']);
const sentence = 'Your request to have a voice conversation cannot be delivered to bob.';
const journal = [
  { server: 'lcs', flow: 'f', setting: 'listeners[default].treatAllConnectionsAsServer', decision: 'absorb 486', reason: 'not routed' },
];

const asExpected = cases.map((played) =>
  played.trust === 'shared-listener'
    ? caseResult(played, { attempts: [attemptResult({ ...SWALLOWED, expected: ['pending'] })], journal })
    : caseResult(played, { attempts: [attemptResult({ shown: sentence })] }),
);

function report(results: readonly CaseResult[], paper = new Paper(), ladders = false): Paper {
  const reporter = new ListReporter({
    terminal: paper,
    tool: 'busyhere 0.0.0',
    ladders,
    replay: 'npx busyhere run scenarios --seed 7',
    replayOf: ({ id }) => `npx busyhere run one.yaml -g '${id}' --seed 7`,
  });
  for (const event of eventsOf(cases, results)) reporter.handle(event);
  return paper;
}

test('tells every case, the matrix, where the 486 ended, where it arrived, and how to replay', () => {
  const { text } = report(asExpected);
  expect(text).toContain('4 cases · udp · builtin · fast timers · seed 7');
  expect(text).toContain('✓ pending         trust=shared-listener, bob=ringing');
  expect(text).toMatch(/ {2}shared-listener {3}pending/);
  expect(text).toContain('Where the 486 ended  shared-listener · carol → bob · swallowed at lcs');
  expect(text).toContain('✗◀────── 486 Busy Here');
  expect(text).toContain('setting  listeners[default].treatAllConnectionsAsServer');
  expect(text).toContain('Where the 486 arrives  gateway-host · carol → bob');
  expect(text).toContain('screen   carol reads: “Your request to have a voice conversation cannot be\n             delivered to bob.”');
  expect(text).toContain('✓ all 4 as expected');
  expect(text).toContain('4 passed (4 cases in 1.2 s)');
  expect(text).toContain('replay  npx busyhere run scenarios --seed 7');
  expect(text).not.toContain('Not as expected');
});

test('repeats failures at the end with reason, ladder, loss, capture, files of programs and the command that replays them', () => {
  const failed = asExpected.map((result, index) =>
    index === 1
      ? {
          ...result,
          status: 'failed' as const,
          reason: 'carol → bob: expected 486, observed pending',
          trace: 'out/1.pcapng',
          programs: [{ participant: 'bob', program: 'sipp', exitCode: 97, remarks: [], files: 'out/1/bob' }],
          attempts: [attemptResult(SWALLOWED)],
        }
      : result,
  );
  const { text } = report(failed);
  const told = text.slice(text.indexOf('Not as expected'));
  expect(told).toContain('1) ✗ kb834477/second-invitation[trust=gateway-host,bob=engaged]');
  expect(told).toContain('carol → bob: expected 486, observed pending');
  expect(told).toContain('✗◀────── 486 Busy Here');
  expect(told).toContain('lost     swallowed at lcs (seen)');
  expect(told).toContain('capture  out/1.pcapng');
  expect(told).toContain('files    out/1/bob');
  expect(told).toContain("npx busyhere run one.yaml -g 'kb834477/second-invitation[trust=gateway-host,bob=engaged]' --seed 7");
  expect(told).toContain('✗ 1 of 4 not as expected');
});

test.each([
  ['inconclusive', '? 1 of 4 could not be judged'],
  ['interrupted', '? interrupted: 3 of 4 as expected so far'],
  ['skipped', '? 3 of 4 as expected, the others were not run'],
] as const)('never calls a run with a case %s as expected', (status, headline) => {
  const results = asExpected.map((result, index) => (index === 0 ? { ...result, status, reason: 'why' } : result));
  expect(report(results).text).toContain(headline);
});

test('says so where no case was run at all', () => {
  const results = asExpected.map((result) => ({ ...result, status: 'skipped' as const, reason: 'there is no sipp' }));
  expect(report(results).text).toContain('✗ no case was run');
});

test('only ever adds lines where the output is no terminal', () => {
  expect(report(asExpected).text).not.toMatch(/[\r\u001b]/);
});

test('writes over its last line on a terminal, and leaves none behind', () => {
  const { text } = report(asExpected, new Paper({ isLive: true }));
  const shown = text.replace(/[^\n]*\r\u001b\[2K/g, '');
  expect(shown).toBe(report(asExpected).text);
});

test('says the same with and without colours', () => {
  const { text } = report(asExpected, new Paper({ hasColours: true }));
  expect(text).toContain('\u001b[');
  expect(text.replace(/\u001b\[[0-9;]*m/g, '')).toBe(report(asExpected).text);
});

test('is all ASCII where the terminal is', () => {
  expect(report(asExpected, new Paper({ hasUnicode: false })).text).toMatch(/^[\x20-\x7e\n]*$/);
});

test('fits 80 columns', () => {
  const long = report(asExpected).lines.filter((line) => widthOf(line) > 80);
  expect(long).toEqual([]);
});

test('draws every judged attempt when asked to', () => {
  const { text } = report(asExpected, new Paper(), true);
  expect(text.match(/486 Busy Here/g)?.length).toBeGreaterThanOrEqual(4);
  expect(text).not.toContain('Where the 486 ended');
});

test('keeps the lines of passed cases off a terminal where there are many', () => {
  const many = madeUpCases(Array.from({ length: 13 }, (_, index) => `profile-${index}`));
  const paper = new Paper({ isLive: true });
  const reporter = new ListReporter({ terminal: paper, tool: 't', ladders: false, replay: '', replayOf: () => '' });
  const results = many.map((played, index) =>
    caseResult(played, { status: index === 3 ? 'failed' : 'passed', reason: null, attempts: [attemptResult()] }),
  );
  for (const event of eventsOf(many, results)) reporter.handle(event);
  const shown = paper.text.replace(/[^\n]*\r\u001b\[2K/g, '');
  expect(shown.match(/ {2}✓ 486/g)).toBeNull();
  expect(shown).toContain('✗ 486');
});

test('leaves no half line behind when the run ends with an error', () => {
  const paper = new Paper({ isLive: true });
  const reporter = new ListReporter({ terminal: paper, tool: 't', ladders: false, replay: '', replayOf: () => '' });
  for (const event of eventsOf(cases, asExpected).slice(0, 2)) reporter.handle(event);
  reporter.abandon();
  expect(paper.text).toMatch(/\r\u001b\[2K$/);
});
