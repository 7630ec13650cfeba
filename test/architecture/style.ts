import ts from 'typescript';
import { lineOf, type SourceFile, walk } from './source';

export const MAX_FILE_LINES = 250;
export const MAX_FUNCTION_LINES = 70;

const OTHER_CITATION = /RFC \d+,? (?:[Ss]ections? )?\d[\d.]*/;

/** Breaks of the house style that the formatter does not see, one sentence each. */
export function styleFaults(file: SourceFile, longFiles: Readonly<Record<string, string>> = {}): string[] {
  const lines = file.text.split('\n').length - 1;
  const faults = lines > MAX_FILE_LINES && !(file.path in longFiles) ? [`${file.path} has ${lines} lines`] : [];
  for (const [index, line] of file.text.split('\n').entries()) {
    const [cited] = OTHER_CITATION.exec(line) ?? [];
    if (cited !== undefined) faults.push(`${file.path}:${index + 1} cites "${cited}" and not in the form RFC 3261 §16.7`);
  }
  walk(file.tree, (node) => {
    const fault = faultAt(file, node);
    if (fault) faults.push(`${file.path}:${lineOf(file, node)} ${fault}`);
  });
  return faults;
}

function faultAt(file: SourceFile, node: ts.Node): string | undefined {
  if (node.kind === ts.SyntaxKind.AnyKeyword) return 'says any';
  if (ts.isNonNullExpression(node)) return 'asserts with ! that something is there';
  if (ts.isExportAssignment(node)) return 'exports a default';
  if (node.kind === ts.SyntaxKind.DefaultKeyword && !ts.isDefaultClause(node.parent)) return 'exports a default';
  if (ts.isExportSpecifier(node) && node.name.text === 'default') return 'exports a default';
  if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword) return 'uses import.meta, which CommonJS lacks';
  if (!isFunction(node)) return undefined;
  const lines = file.tree.getLineAndCharacterOfPosition(node.getEnd()).line - lineOf(file, node) + 2;
  return lines > MAX_FUNCTION_LINES ? `begins a function of ${lines} lines` : undefined;
}

function isFunction(node: ts.Node): boolean {
  return ts.isFunctionLike(node) && 'body' in node && node.body !== undefined;
}
