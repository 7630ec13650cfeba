import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GithubReporter } from '../../../harness/report/github-reporter.js';
import { JsonReporter } from '../../../harness/report/json-reporter.js';
import { LadderFilesReporter } from '../../../harness/report/ladder-files-reporter.js';
import { fanOut, type Reporter } from '../../../harness/report/reporter.js';
import { attemptResult, caseResult, eventsOf, madeUpCases, Paper, runResult, SWALLOWED } from './made-up.js';

const cases = madeUpCases(['no-trust']);
const results = cases.map((played, index) =>
  index === 0
    ? caseResult(played, {
        status: 'failed',
        reason: 'carol → bob: expected 486,\nobserved pending: 100 %',
        attempts: [attemptResult(SWALLOWED)],
      })
    : caseResult(played, { attempts: [attemptResult()] }),
);
const events = eventsOf(cases, results);

function play(reporter: Reporter): void {
  for (const event of events) reporter.handle(event);
}

test('json: the result as it is, once', () => {
  const paper = new Paper();
  play(new JsonReporter(paper));
  expect(JSON.parse(paper.text)).toEqual(runResult(results));
});

test('github: one annotation for what is not as expected, escaped as the runner wants it', () => {
  const paper = new Paper();
  play(new GithubReporter(paper));
  expect(paper.lines.filter((line) => line !== '')).toHaveLength(1);
  expect(paper.text).toMatch(
    /^::error title=kb834477\/second-invitation\[trust=no-trust%2Cbob=ringing\]::carol → bob: expected 486,%0Aobserved pending: 100 %25%0A/,
  );
});

describe('ladder files', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'busyhere-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  test('are written for what is not as expected', () => {
    play(new LadderFilesReporter(join(directory, 'deep'), false));
    const name = 'kb834477-second-invitation-trust=no-trust,bob=ringing.ladder.txt';
    expect(readdirSync(join(directory, 'deep'))).toEqual([name]);
    expect(readFileSync(join(directory, 'deep', name), 'utf8')).toContain('486 Busy Here');
  });

  test('are written for all when asked to', () => {
    play(new LadderFilesReporter(directory, true));
    expect(readdirSync(directory)).toHaveLength(2);
  });
});

test('a reporter that throws is told of once and left out; the others hear everything', () => {
  const heard: string[] = [];
  const faults: [string, unknown][] = [];
  const failure = new Error('disk full');
  const broken: Reporter = {
    name: 'broken',
    handle: () => {
      throw failure;
    },
  };
  const emit = fanOut([broken, { name: 'sound', handle: ({ type }) => heard.push(type) }], (name, error) => faults.push([name, error]));
  for (const event of events) emit(event);
  expect(faults).toEqual([['broken', failure]]);
  expect(heard).toEqual(events.map(({ type }) => type));
});
