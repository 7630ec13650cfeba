import { type Document, isMap, isNode, isScalar, isSeq, type Node, type Pair, parseDocument, visit } from 'yaml';
import type { Mistake, Problem, ValuePath } from './mistake.js';
import { type Range, SourceText, wholeFile } from './source-text.js';
import { syntaxFaults, unknownAliases } from './yaml-syntax.js';

/** Anchors and aliases are fine; a few that multiply into millions of nodes are an attack. */
const MAX_ALIASES = 50;

/** Where a value came from: turns a problem with it into a mistake that names file, line and column. */
export interface Source {
  readonly file: string;
  locate(problem: Problem): Mistake;
}

/** A YAML file that was read, its values and their places. */
export class SourceFile implements Source {
  private constructor(
    readonly value: unknown,
    /** What is wrong with the text, although its values can be read. */
    readonly mistakes: readonly Mistake[],
    private readonly source: SourceText,
    private readonly document: Document.Parsed,
  ) {}

  get file(): string {
    return this.source.file;
  }

  /**
   * Reads a file.
   *
   * @param path where it is
   * @param file its name in messages
   * @returns the file, or the mistakes that keep it from being read
   */
  static read(path: string, file: string): SourceFile | Mistake[] {
    const source = SourceText.read(path, file);
    return source instanceof SourceText ? SourceFile.#parse(source) : [source];
  }

  static parse(text: string, file: string): SourceFile | Mistake[] {
    return SourceFile.#parse(new SourceText(file, text));
  }

  static #parse(source: SourceText): SourceFile | Mistake[] {
    const { text, file } = source;
    try {
      const document = parseDocument(text, { prettyErrors: false });
      const faults = document.errors.length > 0 ? syntaxFaults(document, text) : unknownAliases(document);
      if (faults.length > 0) return faults.map(({ range, message }) => source.mistakeAt(range, message));
      if (document.contents === null) return [wholeFile(file, 'the file is empty')];
      const mistakes = nameKeys(document, text).map((range) =>
        source.mistakeAt(range, `expected a key that is text; put it in quotes: "${text.slice(...range)}"`),
      );
      return new SourceFile(document.toJS({ maxAliasCount: MAX_ALIASES }), mistakes, source, document);
    } catch (error) {
      if (error instanceof ReferenceError) return [wholeFile(file, 'too many aliases: their values would multiply')];
      if (error instanceof RangeError) return [wholeFile(file, 'nested too deeply')];
      throw error;
    }
  }

  locate({ path, at, message, part }: Problem): Mistake {
    return this.source.mistakeAt(this.#rangeOf(path, at), message, part);
  }

  /** The place of the value, or of the nearest thing above it that the file has. */
  #rangeOf(path: ValuePath, at: 'key' | 'value'): Range {
    let node: unknown = this.document.contents;
    let range: Range = rangeOf(node) ?? [0, 1];
    for (const [depth, step] of path.entries()) {
      const pair: Pair | undefined = isMap(node) ? node.items.find(({ key }) => keyText(key) === String(step)) : undefined;
      const next: unknown = pair ? pair.value : isSeq(node) ? node.items[Number(step)] : undefined;
      if (pair === undefined && next === undefined) break;
      const last = depth === path.length - 1;
      const found = pair && ((last && at === 'key') || !isNode(next)) ? rangeOf(pair.key) : rangeOf(next);
      range = found ?? rangeOf(pair?.key) ?? range;
      node = next;
    }
    return range;
  }
}

function rangeOf(node: unknown): Range | undefined {
  if (!isNode(node)) return undefined;
  const range = (node as Node).range;
  return range ? [range[0], range[1]] : undefined;
}

function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key);
}

/** Keys such as `+15550100` without quotes: YAML reads a number, and the plus is gone. They become the text that they are. @returns where they stand */
function nameKeys(document: Document.Parsed, text: string): Range[] {
  const found: Range[] = [];
  visit(document, {
    Pair: (_, { key }) => {
      const range = rangeOf(key);
      if (!range || (isScalar(key) && typeof key.value === 'string')) return;
      found.push(range);
      if (isScalar(key)) key.value = text.slice(...range);
    },
  });
  return found;
}
