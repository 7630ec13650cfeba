import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validateXML } from 'xmllint-wasm';
import { JunitReporter } from '../../../harness/report/junit-reporter.js';
import type { CaseResult, CaseStatus } from '../../../harness/scenario/result.js';
import { junitFaults } from './junit-rules.js';
import { attemptResult, caseResult, eventsOf, madeUpCases, Paper, SWALLOWED } from './made-up.js';
import { readXml, type XmlElement } from './xml-reader.js';

const cases = madeUpCases(['no-trust', 'shared-listener', 'separate-listener']);
const STATUSES: CaseStatus[] = ['passed', 'failed', 'inconclusive', 'skipped', 'interrupted', 'passed'];

function written(more: Partial<CaseResult> = {}): string {
  const results = cases.map((played, index) => {
    const status = STATUSES[index] ?? 'passed';
    return caseResult(played, {
      status,
      reason: status === 'passed' ? null : `it is ${status}`,
      attempts: [attemptResult(SWALLOWED)],
      ...more,
    });
  });
  const paper = new Paper();
  const reporter = new JunitReporter(paper);
  for (const event of eventsOf(cases, results)) reporter.handle(event);
  return paper.text;
}

const report = (more: Partial<CaseResult> = {}): XmlElement => readXml(written(more));

const schema = readFileSync(join(__dirname, '../../fixtures/junit/jenkins-junit.xsd'), 'utf8');

/** What xmllint finds against the XML Schema, a sentence each. */
async function schemaFaults(document: string): Promise<string[]> {
  const { errors } = await validateXML({ xml: document, schema });
  return errors.map(({ message }) => message);
}

function all(element: XmlElement, name: string): XmlElement[] {
  return [...(element.name === name ? [element] : []), ...element.children.flatMap((child) => all(child, name))];
}

test('keeps to the XML Schema of Jenkins, and to what its newer one asks for', async () => {
  for (const document of [
    written(),
    written({ reason: 'a <b> & "c"\nd \u0000\u001b\ud800 e', trace: 'a&b<c>' }),
    written({ attempts: [] }),
  ]) {
    expect(await schemaFaults(document)).toEqual([]);
    expect(junitFaults(readXml(document))).toEqual([]);
  }
});

test('every time is on the clock of the cases, and adds up; that of the wall is a property', () => {
  const root = report();
  expect(root.attributes.time).toBe('0.074');
  expect(all(root, 'testsuite').map(({ attributes }) => attributes.time)).toEqual(['0.074']);
  expect(all(root, 'testcase').map(({ attributes }) => attributes.time)).toEqual(Array(6).fill('0.012'));
  expect(all(root, 'property').map(({ attributes }) => attributes)).toContainEqual({ name: 'wallTime', value: '1.234' });
});

test('counts as its readers do: what could not be judged is an error, what was not run is skipped', () => {
  const root = report();
  expect(root.attributes).toMatchObject({ name: 'busyhere', tests: '6', failures: '1', errors: '1' });
  const [suite] = all(root, 'testsuite');
  expect(suite?.attributes).toMatchObject({ name: 'kb834477/second-invitation', tests: '6', failures: '1', errors: '1', skipped: '2' });
  for (const [name, count] of Object.entries({ testcase: 6, failure: 1, error: 1, skipped: 2 }))
    expect(all(root, name)).toHaveLength(count);
});

test('names each case by its id, and says in what run it was', () => {
  const root = report();
  expect(all(root, 'testcase').map(({ attributes }) => attributes.name)).toEqual(cases.map(({ id }) => id));
  expect(all(root, 'property').map(({ attributes: { name, value } }) => `${name}=${value}`)).toEqual([
    'engine=udp',
    'sut=builtin',
    'timers=fast',
    'seed=7',
    'clock=real',
    'wallTime=1.234',
  ]);
});

test('tells of a failure why, the ladder and the loss; of every case what was observed', () => {
  const root = report({ trace: 'out/1.pcapng' });
  const [failure] = all(root, 'failure');
  expect(failure?.attributes.message).toBe('it is failed');
  expect(failure?.text).toContain('✗◀');
  expect(failure?.text).toContain('lcs ACKed bob’s 486 Busy Here');
  expect(all(root, 'system-out')[0]?.text).toBe('capture out/1.pcapng\ncarol → bob: observed pending, expected 486, swallowed at lcs');
});

test('writes what XML cannot hold in another way', () => {
  const root = report({ reason: 'a <b> & "c"\nd \u0000\u001b\ud800 e' });
  expect(all(root, 'failure')[0]?.attributes.message).toBe('a <b> & "c"\nd \ufffd\ufffd\ufffd e');
});

test('a report that breaks the schema would be seen', async () => {
  const broken =
    '<?xml version="1.0" encoding="UTF-8"?><testsuites time="3"><testsuite time="1s"><testcase status="x"/>text</testsuite></testsuites>';
  expect(await schemaFaults(broken)).toEqual([
    expect.stringContaining("The attribute 'name' is required"),
    expect.stringContaining("The attribute 'tests' is required"),
    expect.stringContaining("The attribute 'name' is required"),
    expect.stringContaining('Character content'),
  ]);
  expect(junitFaults(readXml(broken))).toEqual([
    'testsuites has the time 3, and what it holds NaN',
    'testsuite lacks tests',
    'testsuite lacks failures',
    'testsuite lacks errors',
    'testsuite has the time 1s',
    'testsuite has the time 1s, and what it holds NaN',
    'testcase has no attribute status',
  ]);
  expect(() => readXml('<?xml version="1.0" encoding="UTF-8"?><a><b></a>')).toThrow('b is closed by a');
});
