import { unusedExports } from './exports';
import { readSources, sourceFile } from './source';

/** What programs and people load; their exports are for them. */
const ENTRIES = [
  'harness/index.ts',
  'harness/drachtio/index.ts',
  'harness/jest/index.ts',
  'harness/testcontainers/index.ts',
  'harness/cli/main.ts',
];

/** Exports that nothing in the harness takes, each with the reason that it is there. */
const EXCUSED: Readonly<Record<string, string>> = {
  'harness/scenario/json-schema.ts resultJsonSchema': 'the build writes the schema file with it',
  'harness/report/diagnosis/diagnosis-schema.ts diagnosisJsonSchema': 'the build writes the schema file with it',
  'harness/trace/pcapng-writer.ts PcapngWriter': 'the bench writes captures with it that fit in no memory',
};

describe('what a file exports', () => {
  it('is taken by another, so that nothing dead is kept alive by its tests', () => {
    const unused = unusedExports(readSources('harness'), ENTRIES, readSources('test'));
    expect(unused.filter((found) => !(found in EXCUSED))).toEqual([]);
    expect(Object.keys(EXCUSED).filter((path) => !unused.includes(path))).toEqual([]);
  });

  it.each([
    ["import { a } from './x.js';", []],
    ["import { a as b } from './x.js';", []],
    ["import type { a } from './x.js';", []],
    ["import * as x from './x.js';", []],
    ["export { a } from './x.js';", []],
    ["const b = (await import('./x.js')).a;", []],
    ["const { a: b } = await import('./x.js');", []],
    ["let b: import('./x.js').a;", []],
    ["import { b } from './x.js';", ['harness/sip/x.ts a']],
    ["import './x.js';", ['harness/sip/x.ts a']],
    ["import { a } from './z.js';", ['harness/sip/x.ts a']],
  ])('is taken or not: %s', (text, unused) => {
    const files = [sourceFile('harness/sip/x.ts', 'export const a = 1;'), sourceFile('harness/sip/y.ts', text)];
    expect(unusedExports(files, [])).toEqual(unused);
  });

  it.each([
    ['export interface a {} export function b(of: a): void {}', '', ['harness/sip/x.ts b']],
    ['export const a = 1; f(a);', "import { a } from '../harness/sip/x.js';", []],
    ['export const a = 1; f(a);', '', ['harness/sip/x.ts a']],
    ['export const a = 1; f(b.a, { a: 2 });', "import { a } from '../harness/sip/x.js';", ['harness/sip/x.ts a']],
    ['export const a = 1;', "import { a } from '../harness/sip/x.js';", ['harness/sip/x.ts a']],
  ])('may be for signatures, or for tests to look at: %j with the test %j', (text, test, unused) => {
    expect(unusedExports([sourceFile('harness/sip/x.ts', text)], [], [sourceFile('test/x.test.ts', test)])).toEqual(unused);
  });

  it.each([
    ['export function a(): void {}'],
    ['export class a {}'],
    ['export interface a {}'],
    ['export type a = 1;'],
    ['export const { a } = b;'],
    ['const a = 1; export { a };'],
  ])('is found in %j', (text) => {
    expect(unusedExports([sourceFile('harness/sip/x.ts', text)], [])).toEqual(['harness/sip/x.ts a']);
    expect(unusedExports([sourceFile('harness/sip/x.ts', text)], ['harness/sip/x.ts'])).toEqual([]);
  });
});
