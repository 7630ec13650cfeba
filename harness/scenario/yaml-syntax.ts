import { type Document, isAlias, isCollection, isScalar, visit, type YAMLError } from 'yaml';
import type { Range } from './source-text.js';

/** What is wrong with the syntax at a place, in words for people who do not know the terms of YAML. */
export interface SyntaxFault {
  readonly range: Range;
  readonly message: string;
}

/** Faults that nothing else follows from, and that follow from nothing. */
const ALONE: ReadonlySet<YAMLError['code']> = new Set(['DUPLICATE_KEY', 'TAB_AS_INDENT', 'BAD_SCALAR_START', 'BAD_DQ_ESCAPE']);

/** The first fault and those that stand alone: what else the parser stumbles over later follows from the first. */
export function syntaxFaults(document: Document.Parsed, text: string): SyntaxFault[] {
  return document.errors.filter(({ code }, index) => index === 0 || ALONE.has(code)).map((error) => faultOf(error, document, text));
}

const PLAIN: Partial<Record<YAMLError['code'], string>> = {
  DUPLICATE_KEY: 'expected each key once; this one is there already',
  TAB_AS_INDENT: 'expected spaces; YAML does not take tabs for indentation',
  MULTIPLE_DOCS: 'expected one document; the --- begins a second one',
  MULTIPLE_ANCHORS: 'expected at most one &name before a value',
  BAD_DQ_ESCAPE: 'expected a known escape: in double quotes a backslash is written twice; in single quotes it stands for itself',
  BLOCK_IN_FLOW: 'expected , between the entries in { } or [ ]; a text with ": " in it needs quotes',
  BAD_ALIAS: 'expected a name after & or *; a text that begins so needs quotes',
};

function faultOf(error: YAMLError, document: Document.Parsed, text: string): SyntaxFault {
  const [from, to] = error.pos;
  const range: Range = [from, to];
  const plain = PLAIN[error.code];
  if (plain !== undefined) return { range: error.code === 'MULTIPLE_DOCS' ? [from, from + 3] : range, message: plain };
  switch (error.code) {
    case 'BAD_INDENT':
      return indentFault(error, text);
    case 'MISSING_CHAR':
      return missingFault(error, document, text);
    case 'BAD_SCALAR_START':
      return { range, message: `expected quotes around a text that begins with ${text.charAt(from)}` };
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'MULTILINE_IMPLICIT_KEY':
      return keyFault(error, document, text);
    case 'UNEXPECTED_TOKEN':
      return tokenFault(error, text);
    default:
      return { range, message: `this is not YAML: ${error.message}` };
  }
}

function indentFault({ pos: [from, to], message }: YAMLError, text: string): SyntaxFault {
  const closing = / end with a ([\]}])/.exec(message)?.[1];
  if (closing === undefined) return unevenLine(text, from);
  const opening = closing === ']' ? '[' : '{';
  const opened = unclosed(text.slice(0, from), opening, closing);
  if (opened === undefined) return { range: [from, to], message: `expected ${closing}` };
  return { range: [opened, opened + 1], message: `expected a ${closing} that closes this ${opening}` };
}

/** @param from somewhere in the space before what stands in the line */
function unevenLine(text: string, from: number): SyntaxFault {
  const start = from + Math.max(0, text.slice(from).search(/\S/));
  return { range: [start, endOfWord(text, start)], message: 'expected this line to be indented like those beside it' };
}

/** Where the innermost bracket of a kind stands that is still open at the end of a text. */
function unclosed(text: string, opening: string, closing: string): number | undefined {
  let depth = 0;
  for (let index = text.length - 1; index >= 0; index--) {
    if (text[index] === closing) depth++;
    if (text[index] === opening && depth-- === 0) return index;
  }
  return undefined;
}

function missingFault({ pos: [from, to], message }: YAMLError, document: Document.Parsed, text: string): SyntaxFault {
  const quote = /Missing closing (["'])/.exec(message)?.[1];
  if (quote !== undefined) {
    const opened = quoted(document, from);
    return { range: opened === undefined ? [from, to] : [opened, opened + 1], message: `expected a ${quote} that closes this one` };
  }
  if (message.startsWith('Missing ,')) return { range: [from, to], message: 'expected , between the entries in { } or [ ]' };
  if (message.startsWith('Missing space')) return { range: [from, to], message: 'expected a space after the :' };
  if (message.startsWith('Comments')) return { range: [from, to], message: 'expected a space before #; a text with # in it needs quotes' };
  if (message.startsWith('Sequence item')) return { range: [from, to], message: 'expected "- " at the beginning of an entry of this list' };
  if (!message.startsWith('Implicit')) return { range: [from, to], message: `this is not YAML: ${message}` };
  return { range: [from, to], message: `expected ": " after the key ${text.slice(from, to).split('\n')[0] ?? ''}`.trimEnd() };
}

/** Where the text in quotes begins that reaches to an offset. */
function quoted(document: Document.Parsed, end: number): number | undefined {
  let found: number | undefined;
  visit(document, (_, node) => {
    if (!isScalar(node) || !node.range || !String(node.type).startsWith('QUOTE')) return;
    if (node.range[0] < end && node.range[1] >= end - 1) found = node.range[0];
  });
  return found;
}

/** A line that is no key although one was begun, or a second `: ` in a line. */
function keyFault(error: YAMLError, document: Document.Parsed, text: string): SyntaxFault {
  const [from, to] = error.pos;
  const spread = document.errors.find(
    ({ code, pos }) => code === 'MULTILINE_IMPLICIT_KEY' && pos[0] === from && text.slice(...pos).includes('\n'),
  );
  if (spread && error.code === 'BLOCK_AS_IMPLICIT_KEY') {
    return unevenLine(text, text.indexOf('\n', from));
  }
  if (error.message.includes('sequence'))
    return { range: [from, from + 1], message: 'expected a key, not an entry of a list: a value has either keys or entries' };
  if (error.code === 'BLOCK_AS_IMPLICIT_KEY')
    return { range: [from, endOfWord(text, from)], message: 'expected one value after the key; a text with ": " in it needs quotes' };
  const [line = ''] = text.slice(from, to).split('\n');
  return { range: [from, from + line.length], message: `expected ": " after a key, found ${line.trim()}` };
}

function tokenFault({ pos: [from, to], message }: YAMLError, text: string): SyntaxFault {
  const range: Range = [from, to];
  const [, closing] = /^Unexpected flow-(?:map|seq)-end token.*"(.)"$/.exec(message) ?? [];
  if (closing !== undefined) return { range, message: `nothing is open here that ${closing} would close` };
  if (/^Unexpected (,|empty item)/.test(message)) return { range, message: 'expected an entry before this ,' };
  if (message.includes('block-seq-ind')) return { range, message: 'expected the - of a list in a line of its own, below the key' };
  if (message.endsWith('at node end')) {
    const instead = text.lastIndexOf('\n', from - 1) + 1 === from ? 'expected another entry "- " of the list above, or its end' : undefined;
    return {
      range: [from, endOfWord(text, from)],
      message: instead ?? 'expected nothing more after this value; quotes must go around all of it',
    };
  }
  if (message.startsWith('Block scalar header')) return { range, message: 'expected a line break after | or >' };
  return { range: [from, endOfWord(text, from)], message: `expected a key or a value, found ${text.slice(from, endOfWord(text, from))}` };
}

function endOfWord(text: string, from: number): number {
  return from + Math.max(1, text.slice(from).search(/[\s,\]}:]|$/));
}

/** Names of `*alias` that nothing before them defines by `&name`. */
export function unknownAliases(document: Document.Parsed): SyntaxFault[] {
  const known = new Set<string>();
  const faults: SyntaxFault[] = [];
  visit(document, (_, node) => {
    if ((isScalar(node) || isCollection(node)) && node.anchor !== undefined) known.add(node.anchor);
    if (!isAlias(node) || !node.range || known.has(node.source)) return;
    const message = `expected a name that an & before it gives to a value; there is no &${node.source}. A text that begins with * needs quotes`;
    faults.push({ range: [node.range[0], node.range[1]], message });
  });
  return faults;
}
