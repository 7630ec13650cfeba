import type { XmlElement } from './xml-reader.js';

/**
 * What junit-10.xsd of Jenkins' xunit plugin (https://github.com/jenkinsci/xunit-plugin) asks for beyond the older schema
 * that stands under test/fixtures/junit, in rules of our own, and that the sums of a report are right, which no schema says.
 */
const SUITE_COUNTS = ['tests', 'failures', 'errors'];
const GONE: Readonly<Record<string, readonly string[]>> = {
  testcase: ['assertions', 'status'],
  testsuite: ['disabled'],
  testsuites: ['disabled'],
};
const TIME = /^(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]*)?$/;

/** Every break of the rules, in a sentence each. */
export function junitFaults(element: XmlElement): string[] {
  const { name, attributes, children } = element;
  const isSuite = name === 'testsuite' || name === 'testsuites';
  return [
    ...(name === 'testsuite' ? SUITE_COUNTS.filter((key) => !Object.hasOwn(attributes, key)).map((key) => `${name} lacks ${key}`) : []),
    ...(GONE[name] ?? []).filter((key) => Object.hasOwn(attributes, key)).map((key) => `${name} has no attribute ${key}`),
    ...(isSuite && !TIME.test(attributes.time ?? '') ? [`${name} has the time ${attributes.time}`] : []),
    ...(isSuite ? wrongSums(element) : []),
    ...children.flatMap(junitFaults),
  ];
}

/** A reader shows what stands on a suite, and the cases within: both must say the same. */
function wrongSums({ name, attributes, children }: XmlElement): string[] {
  const parts = children.filter((child) => child.name.startsWith('test'));
  const total = parts.reduce((sum, part) => sum + Number(part.attributes.time), 0);
  return Math.abs(total - Number(attributes.time)) < 0.001 * (parts.length + 1)
    ? []
    : [`${name} has the time ${attributes.time}, and what it holds ${total.toFixed(3)}`];
}
