import type { Case } from '../scenario/case.js';
import type { AttemptResult, CaseResult, RunResult } from '../scenario/result.js';
import type { CaseEvidence, RunEvent } from '../scenario/run-events.js';
import { glyphsFor } from './glyphs.js';
import { groupBy } from './group-by.js';
import { drawLadder } from './ladder.js';
import { observedText } from './observed-text.js';
import type { Reporter, Sink } from './reporter.js';
import { element, type XmlNode, xmlDocument } from './xml.js';

const LADDER_WIDTH = 100;

/**
 * JUnit XML as Jenkins, GitLab and GitHub actions read it: a suite for each scenario, a test case for each case.
 * Every `time` is on the clock that the cases live by, which is virtual on the engine `memory`, and is the sum of the times
 * within; how long the run took stands in the property `wallTime`, since cases that go on at once take less.
 */
export class JunitReporter implements Reporter {
  readonly name = 'junit';
  readonly #ladders = new Map<string, string>();
  #cases: readonly Case[] = [];

  constructor(private readonly sink: Sink) {}

  handle(event: RunEvent): void {
    if (event.type === 'runStarted') this.#cases = event.cases;
    // Drawn at once: to keep the evidence of all cases until the end would fill the memory.
    if (event.type === 'caseFinished' && event.result.status !== 'passed') {
      this.#ladders.set(event.result.id, laddersOf(event.result, event.evidence));
    }
    if (event.type === 'runFinished') this.sink.write(xmlDocument(this.#testsuites(event.result)));
  }

  #testsuites(result: RunResult): XmlNode {
    const suites = groupBy(result.cases, ({ scenario }) => scenario);
    return element(
      'testsuites',
      { name: result.tool.name, time: timeOf(result.cases), ...counts(result.cases) },
      [...suites].map(([scenario, cases]) => this.#testsuite(scenario, cases, result)),
    );
  }

  #testsuite(scenario: string, cases: readonly CaseResult[], run: RunResult): XmlNode {
    const { startedAt, engine, sut, timers, seed } = run;
    const clock = engine === 'memory' ? 'virtual' : 'real';
    const properties = Object.entries({ engine, sut, timers, seed, clock, wallTime: seconds(run.durationMs) }).map(([name, value]) =>
      element('property', { name, value: String(value) }),
    );
    // ISO 8601 without a zone, as the schema's reference implementation writes it.
    const attributes = {
      name: scenario,
      time: timeOf(cases),
      timestamp: startedAt.slice(0, 19),
      ...counts(cases),
      skipped: String(notRun(cases)),
    };
    return element('testsuite', attributes, [element('properties', {}, properties), ...cases.map((one) => this.#testcase(one))]);
  }

  #testcase(result: CaseResult): XmlNode {
    const file = this.#cases.find(({ id }) => id === result.id)?.file;
    const attributes = { name: result.id, classname: result.scenario.replaceAll('/', '.'), time: seconds(result.durationMs) };
    const attempts = result.attempts.map(attemptLine);
    const out = [...(file == null ? [] : [`scenario ${file}`]), ...(result.trace === null ? [] : [`capture ${result.trace}`]), ...attempts];
    return element('testcase', attributes, [
      ...this.#verdict(result),
      ...(out.length > 0 ? [element('system-out', {}, [out.join('\n')])] : []),
    ]);
  }

  #verdict(result: CaseResult): XmlNode[] {
    const message = result.reason ?? result.status;
    const body = [message, this.#ladders.get(result.id) ?? ''].filter((part) => part !== '').join('\n\n');
    switch (result.status) {
      case 'passed':
        return [];
      case 'failed':
        return [element('failure', { message, type: 'not as expected' }, [body])];
      case 'inconclusive':
        return [element('error', { message, type: 'inconclusive' }, [body])];
      case 'skipped':
      case 'interrupted':
        return [element('skipped', {}, [message])];
    }
  }
}

function laddersOf({ attempts }: CaseResult, evidence: CaseEvidence): string {
  const glyphs = glyphsFor(true);
  const drawn = attempts.flatMap(({ label, loss }) => {
    const traced = evidence.attempts.find((one) => one.label === label);
    if (!traced) return [];
    const ladder = drawLadder(traced.attempt, { width: LADDER_WIDTH, glyphs, nameOf: (address) => evidence.nameOf(address) }).join('\n');
    return [[label, ladder, ...(loss ? [loss.reason] : [])].join('\n')];
  });
  return drawn.join('\n\n');
}

function attemptLine({ label, expected, observed, loss, shown }: AttemptResult): string {
  const wanted = expected.length > 0 ? `, expected ${expected.join(' or ')}` : '';
  const lost = loss ? `, ${loss.kind}${loss.hop === null ? '' : ` at ${loss.hop}`}` : '';
  return `${label}: ${observed === null ? '' : 'observed '}${observedText(observed)}${wanted}${lost}${shown === null ? '' : `, screen: ${shown}`}`;
}

function counts(cases: readonly CaseResult[]): { tests: string; failures: string; errors: string } {
  const count = (status: CaseResult['status']): string => String(cases.filter((one) => one.status === status).length);
  return { tests: String(cases.length), failures: count('failed'), errors: count('inconclusive') };
}

function notRun(cases: readonly CaseResult[]): number {
  return cases.filter(({ status }) => status === 'skipped' || status === 'interrupted').length;
}

function timeOf(cases: readonly CaseResult[]): string {
  return seconds(cases.reduce((sum, { durationMs }) => sum + durationMs, 0));
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
