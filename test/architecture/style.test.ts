import { readSources, sourceFile } from './source';
import { MAX_FILE_LINES, MAX_FUNCTION_LINES, styleFaults } from './style';

const harness = readSources('harness');

/** Files that are longer than the rest may be, each with the reason. */
const LONG_FILES: Readonly<Record<string, string>> = {};

describe('the style of the house', () => {
  it('is kept by every file of the harness', () => {
    expect(harness.flatMap((file) => styleFaults(file, LONG_FILES))).toEqual([]);
  });

  it('excuses no file that needs no excuse', () => {
    const needed = harness.filter((file) => styleFaults(file).some((fault) => fault.startsWith(`${file.path} has`)));
    expect(Object.keys(LONG_FILES).filter((path) => !needed.some((file) => file.path === path))).toEqual([]);
  });

  it.each([
    ['const a: any = 1;', 'any'],
    ['const a = b!;', '!'],
    ['export default 1;', 'default'],
    ['export default function f(): void {}', 'default'],
    ['export default class A {}', 'default'],
    ['const a = 1; export { a as default };', 'default'],
    ['const a = import.meta.url;', 'import.meta'],
    [`function f(): void {\n${'g();\n'.repeat(MAX_FUNCTION_LINES)}}`, 'a function of 72 lines'],
    ['// RFC 3261 section 16.7', 'not in the form'],
    ['// RFC 3261 16.7: x', 'not in the form'],
    ['\n'.repeat(MAX_FILE_LINES + 1), 'has 251 lines'],
  ])('is broken by %j', (text, reason) => {
    expect(styleFaults(sourceFile('harness/sip/a.ts', text))).toEqual([expect.stringContaining(reason)]);
  });

  it('lets a switch have its default', () => {
    expect(styleFaults(sourceFile('harness/sip/a.ts', 'switch (a) { default: b(); }'))).toEqual([]);
  });
});
