import { readFileSync, statSync } from 'node:fs';
import { type Document, isMap, isNode, isPair, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from 'yaml';
import type { Mistake, Problem, ValuePath } from './mistake.js';

/** Files of people are a few kilobytes; what is larger is no scenario. */
const MAX_FILE_OCTETS = 1024 * 1024;
/** Anchors and aliases are fine; a few that multiply into millions of nodes are an attack. */
const MAX_ALIASES = 50;
const EXCERPT_WIDTH = 120;

/** Where a value came from: turns a problem with it into a mistake that names file, line and column. */
export interface Source {
  readonly file: string;
  locate(problem: Problem): Mistake;
}

/** A YAML file that was read, its values and their places. */
export class SourceFile implements Source {
  private constructor(
    readonly file: string,
    readonly value: unknown,
    private readonly lines: readonly string[],
    private readonly positions: LineCounter,
    private readonly document: Document.Parsed,
  ) {}

  /**
   * Reads a file.
   *
   * @param path where it is
   * @param file its name in messages
   * @returns the file, or the mistakes that keep it from being read
   */
  static read(path: string, file: string): SourceFile | Mistake[] {
    const text = readText(path);
    return typeof text === 'string' ? SourceFile.parse(text, file) : [wholeFile(file, text.reason)];
  }

  static parse(text: string, file: string): SourceFile | Mistake[] {
    const positions = new LineCounter();
    const lines = text.split(/\r?\n/);
    try {
      const document = parseDocument(text, { lineCounter: positions, prettyErrors: false });
      if (document.errors.length > 0) {
        return document.errors.map((error) => placed(file, lines, positions, error.pos[0], error.pos[1], error.message));
      }
      if (document.contents === null) return [wholeFile(file, 'the file is empty')];
      const unnamed = nonTextKeys(document).map(([from, to]) =>
        placed(file, lines, positions, from, to, `expected a key that is text; put it in quotes: "${text.slice(from, to)}"`),
      );
      if (unnamed.length > 0) return unnamed;
      return new SourceFile(file, document.toJS({ maxAliasCount: MAX_ALIASES }), lines, positions, document);
    } catch (error) {
      if (error instanceof ReferenceError) return [wholeFile(file, 'too many aliases: their values would multiply')];
      if (error instanceof RangeError) return [wholeFile(file, 'nested too deeply')];
      throw error;
    }
  }

  locate({ path, at, message }: Problem): Mistake {
    const [from, to] = this.#rangeOf(path, at);
    return placed(this.file, this.lines, this.positions, from, to, message);
  }

  /** The place of the value, or of the nearest thing above it that the file has. */
  #rangeOf(path: ValuePath, at: 'key' | 'value'): readonly [number, number] {
    let node: unknown = this.document.contents;
    let range: readonly [number, number] = rangeOf(node) ?? [0, 1];
    for (const [depth, step] of path.entries()) {
      const pair: Pair | undefined = isMap(node) ? node.items.find(({ key }) => keyText(key) === String(step)) : undefined;
      const next: unknown = pair ? pair.value : isSeq(node) ? node.items[Number(step)] : undefined;
      if (pair === undefined && next === undefined) break;
      const last = depth === path.length - 1;
      const found = (last && at === 'key') || !isNode(next) ? rangeOf(pair?.key) : rangeOf(next);
      range = found ?? rangeOf(pair?.key) ?? range;
      node = next;
    }
    return range;
  }
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

function placed(file: string, lines: readonly string[], positions: LineCounter, from: number, to: number, message: string): Mistake {
  const { line, col } = positions.linePos(from);
  const whole = lines[line - 1] ?? '';
  const start = Math.max(0, col - EXCERPT_WIDTH + 20);
  const shown = whole.slice(start, start + EXCERPT_WIDTH).replaceAll('\t', ' ');
  const carets = '^'.repeat(Math.max(1, Math.min(to - from, whole.length - col + 1, start + EXCERPT_WIDTH - col + 1)));
  const number = String(line).padStart(4);
  const excerpt = `${number} | ${shown}\n     | ${' '.repeat(col - 1 - start)}${carets}`;
  return { file, line, column: col, message, excerpt };
}

function rangeOf(node: unknown): readonly [number, number] | undefined {
  if (!isNode(node)) return undefined;
  const range = (node as Node).range;
  return range ? [range[0], range[1]] : undefined;
}

function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key);
}

/** Keys such as `+15550100` without quotes: YAML reads a number, and the plus is gone. */
function nonTextKeys(document: Document.Parsed): (readonly [number, number])[] {
  const found: (readonly [number, number])[] = [];
  const visit = (node: unknown): void => {
    if (isMap(node)) {
      for (const pair of node.items) {
        if (!isPair(pair)) continue;
        const range = rangeOf(pair.key);
        if (range && !(isScalar(pair.key) && typeof pair.key.value === 'string')) found.push(range);
        visit(pair.value);
      }
    } else if (isSeq(node)) {
      for (const item of node.items) visit(item);
    }
  };
  visit(document.contents);
  return found;
}
