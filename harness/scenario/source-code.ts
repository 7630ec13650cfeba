import type { Mistake, Problem, ValuePath } from './mistake.js';
import type { Source } from './source-file.js';
import type { SourceText } from './source-text.js';
import { findValue, type SyntaxTree } from './syntax-tree.js';

/** The text of a module and what it consists of. */
export interface ParsedModule {
  readonly source: SourceText;
  readonly tree: SyntaxTree;
}

/**
 * A scenario that was defined in code. Mistakes are shown in the text of its module where there is one; what is computed is
 * named by its path too, and so is everything in a scenario that is no module.
 */
export class SourceCode implements Source {
  #parsed: ParsedModule | undefined;

  /** @param parse reads the module: called only when there is a mistake to show */
  constructor(
    readonly file: string,
    private readonly parse: () => ParsedModule | undefined = () => undefined,
  ) {}

  locate({ path, at, message, part }: Problem): Mistake {
    this.#parsed ??= this.parse();
    const place = path.length === 0 ? '' : `${formatPath(path)}: `;
    const found = this.#parsed && findValue(this.#parsed.tree, path, at);
    if (!this.#parsed || !found) return { file: this.file, line: null, column: null, message: `${place}${message}`, excerpt: '' };
    return this.#parsed.source.mistakeAt(found.range, found.exact ? message : `${place}${message}`, part);
  }
}

/** `script[1].bob.do` */
function formatPath(path: ValuePath): string {
  return path.map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`)).join('');
}
