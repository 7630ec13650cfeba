import type { XmlElement } from './xml-reader.js';

/**
 * What Jenkins' schema of JUnit reports allows, in a table of our own: junit-10.xsd of its xunit plugin
 * (https://github.com/jenkinsci/xunit-plugin, src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd).
 * GitLab and the reporters for GitHub read the same elements.
 */
interface Rule {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  readonly children: readonly string[];
  /** Whether it may hold text of its own. */
  readonly text: boolean;
}

const VERDICT: Rule = { required: [], optional: ['type', 'message'], children: [], text: true };
const OUTPUT: Rule = { required: [], optional: [], children: [], text: true };

const RULES: Readonly<Record<string, Rule>> = {
  testsuites: { required: [], optional: ['name', 'time', 'tests', 'failures', 'errors'], children: ['testsuite'], text: false },
  testsuite: {
    required: ['name', 'tests', 'failures', 'errors'],
    optional: ['group', 'time', 'skipped', 'timestamp', 'hostname', 'id', 'package', 'file', 'log', 'url'],
    children: ['testsuite', 'properties', 'testcase', 'system-out', 'system-err'],
    text: false,
  },
  properties: { required: [], optional: [], children: ['property'], text: false },
  property: { required: ['name', 'value'], optional: [], children: [], text: false },
  testcase: {
    required: ['name'],
    optional: ['time', 'classname', 'group'],
    children: ['skipped', 'error', 'failure', 'system-out', 'system-err'],
    text: false,
  },
  skipped: VERDICT,
  error: VERDICT,
  failure: VERDICT,
  'system-out': OUTPUT,
  'system-err': OUTPUT,
};

const TIME = /^(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]*)?$/;

/** Every break of the rules, in a sentence each. */
export function junitFaults(element: XmlElement): string[] {
  const rule = RULES[element.name];
  if (!rule) return [`there is no element ${element.name}`];
  const { name, attributes, children, text } = element;
  return [
    ...rule.required.filter((key) => !Object.hasOwn(attributes, key)).map((key) => `${name} lacks ${key}`),
    ...Object.keys(attributes)
      .filter((key) => ![...rule.required, ...rule.optional].includes(key))
      .map((key) => `${name} has no attribute ${key}`),
    ...children.filter((child) => !rule.children.includes(child.name)).map((child) => `${name} must not hold ${child.name}`),
    ...(!rule.text && text.trim() !== '' ? [`${name} must not hold text`] : []),
    ...(attributes.time !== undefined && !TIME.test(attributes.time) ? [`${name} has the time ${attributes.time}`] : []),
    ...children.flatMap(junitFaults),
  ];
}
