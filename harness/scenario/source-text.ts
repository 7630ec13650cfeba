import { readFileSync, statSync } from 'node:fs';
import type { Mistake } from './mistake.js';

/** Files of people are a few kilobytes; what is larger is no scenario. */
const MAX_FILE_OCTETS = 1024 * 1024;
const EXCERPT_WIDTH = 120;

/** A place in a text: offsets of its first character and of the one after its last. */
export type Range = readonly [from: number, to: number];

/** The text of a file: turns places in it into lines, columns and excerpts. */
export class SourceText {
  constructor(
    readonly file: string,
    readonly text: string,
  ) {}

  /**
   * Reads a file.
   *
   * @param path where it is
   * @param file its name in messages
   * @returns the text, or what keeps it from being read
   */
  static read(path: string, file: string): SourceText | Mistake {
    const text = readText(path);
    return typeof text === 'string' ? new SourceText(file, text) : wholeFile(file, text.reason);
  }

  /** A mistake at a place; with `part`, at the first such word within the place, if it is there. */
  mistakeAt(place: Range, message: string, part?: string): Mistake {
    const [from, to] = part === undefined ? place : this.#partOf(place, part);
    const lineStart = this.text.lastIndexOf('\n', from - 1) + 1;
    const lineEnd = this.text.indexOf('\n', from);
    const whole = this.text.slice(lineStart, lineEnd < 0 ? undefined : lineEnd).replace(/\r$/, '');
    const line = countLines(this.text, lineStart);
    const column = from - lineStart + 1;
    return { file: this.file, line, column, message, excerpt: excerptOf(whole, line, column, to - from) };
  }

  /** The place of a line, 1-based, from its first character on. */
  wholeLine(line: number): Range {
    const lines = this.text.split('\n');
    const start = lines.slice(0, line - 1).reduce((offset, { length }) => offset + length + 1, 0);
    return [start, start + (lines[line - 1] ?? '').length];
  }

  /** The place of what stands in a line, 1-based, without the spaces around it. */
  lineRange(line: number): Range {
    const [start, end] = this.wholeLine(line);
    const written = this.text.slice(start, end);
    const indent = written.length - written.trimStart().length;
    return [start + indent, start + Math.max(indent + 1, written.trimEnd().length)];
  }

  #partOf([from, to]: Range, part: string): Range {
    const within = this.text.slice(from, to);
    for (let index = within.indexOf(part); index >= 0 && part !== ''; index = within.indexOf(part, index + 1)) {
      const [before = ' ', after = ' '] = [within[index - 1], within[index + part.length]];
      if (!/[\w-]/.test(before) && !/[\w-]/.test(after)) return [from + index, from + index + part.length];
    }
    return [from, to];
  }
}

function excerptOf(whole: string, line: number, column: number, length: number): string {
  const start = Math.max(0, column - EXCERPT_WIDTH + 20);
  const shown = whole.slice(start, start + EXCERPT_WIDTH).replaceAll('\t', ' ');
  const carets = '^'.repeat(Math.max(1, Math.min(length, whole.length - column + 1, start + EXCERPT_WIDTH - column + 1)));
  return `${String(line).padStart(4)} | ${shown}\n     | ${' '.repeat(column - 1 - start)}${carets}`;
}

/** The line that begins at an offset, 1-based. */
function countLines(text: string, offset: number): number {
  let line = 1;
  for (let index = text.indexOf('\n'); index >= 0 && index < offset; index = text.indexOf('\n', index + 1)) line++;
  return line;
}

function readText(path: string): string | { reason: string } {
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) return { reason: 'is a directory; a file was expected' };
    if (!stats.isFile()) return { reason: 'is not a regular file' };
    if (stats.size > MAX_FILE_OCTETS) return { reason: `is ${stats.size} octets large; at most ${MAX_FILE_OCTETS} are read` };
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { reason: 'no such file' };
    return { reason: `cannot be read: ${code ?? String(error)}` };
  }
}

/** A mistake about a file as a whole. */
export function wholeFile(file: string, message: string): Mistake {
  return { file, line: null, column: null, message, excerpt: '' };
}
