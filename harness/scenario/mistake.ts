import { countText } from '../diagnosis/wording.js';
import { BusyhereError } from '../platform/errors.js';

/** Keys and indexes that lead from the top of a file to a value. */
export type ValuePath = readonly (string | number)[];

/** A mistake by the place of the value it is about; `key` where the key itself is wrong. */
export interface Problem {
  readonly path: ValuePath;
  readonly at: 'key' | 'value';
  readonly message: string;
  /** The word of the value that is meant, where it is not the whole: a name that there is none of. */
  readonly part?: string | undefined;
}

/** Collects what is wrong, so that one reading tells all of it. */
export class Problems {
  readonly #list: Problem[] = [];
  readonly #seen = new Set<string>();
  readonly #settled = new Set<string>();

  get list(): readonly Problem[] {
    return this.#list;
  }

  /** Adds a problem with the value at a path. The same problem found again (in another case) counts once. */
  add(path: ValuePath, message: string, at: 'key' | 'value' = 'value', part?: string): void {
    const place = path.join('\0');
    const identity = `${place}\0${message}`;
    if (this.#settled.has(place) || this.#seen.has(identity)) return;
    this.#seen.add(identity);
    this.#list.push({ path, at, message, part });
  }

  /** Adds a problem after which nothing else that is found wrong with the value means anything. */
  addLast(path: ValuePath, message: string, part?: string): void {
    this.add(path, message, 'value', part);
    this.settle(path);
  }

  /** Nothing more is told of this value. */
  settle(path: ValuePath): void {
    this.#settled.add(path.join('\0'));
  }
}

/** A mistake in a file, ready to be shown. */
export interface Mistake {
  readonly file: string;
  /** 1-based; null where the mistake is about the whole file, or the scenario is none. */
  readonly line: number | null;
  readonly column: number | null;
  readonly message: string;
  /** The line with a caret under the place; empty where there is no line. */
  readonly excerpt: string;
}

const SHOWN_MISTAKES = 20;

/** All that is wrong with the scenarios that were to be read. */
export class ScenarioError extends BusyhereError {
  constructor(readonly mistakes: readonly Mistake[]) {
    super('scenario', describeMistakes(mistakes));
  }
}

/** Places, messages and excerpts, ready to be shown; long lists are cut. */
export function describeMistakes(mistakes: readonly Mistake[]): string {
  const shown = mistakes.slice(0, SHOWN_MISTAKES).map(({ file, line, column, message, excerpt }) => {
    const place = line === null ? file : `${file}:${line}:${column ?? 1}`;
    return `${place}: ${message}${excerpt === '' ? '' : `\n${excerpt}`}`;
  });
  if (mistakes.length > SHOWN_MISTAKES) shown.push(`and ${countText(mistakes.length - SHOWN_MISTAKES, 'more mistake')}`);
  return shown.join('\n');
}

/** Throws unless the list is empty. The same mistake (of a profiles file that several scenarios use) is told once. */
export function throwMistakes(mistakes: readonly Mistake[]): void {
  const unique = new Map(mistakes.map((mistake) => [`${mistake.file}:${mistake.line}:${mistake.column}:${mistake.message}`, mistake]));
  if (unique.size > 0) throw new ScenarioError([...unique.values()].sort(byPlace));
}

/** Files stay in their order. */
function byPlace(one: Mistake, other: Mistake): number {
  if (one.file !== other.file) return 0;
  return (one.line ?? 0) - (other.line ?? 0) || (one.column ?? 0) - (other.column ?? 0);
}
