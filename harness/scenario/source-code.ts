import type { Mistake, Problem, ValuePath } from './mistake.js';
import type { Source } from './source-file.js';
import type { SourceText } from './source-text.js';
import { callIn, exportedValue, type Found, findValue, type SyntaxTree } from './syntax-tree.js';

/** The text of a module and what it consists of. */
export interface ParsedModule {
  readonly source: SourceText;
  readonly tree: SyntaxTree;
}

/**
 * A scenario that was defined in code. Mistakes are shown in the text of its module; what is computed is named by its path too,
 * and so is everything where the text cannot be found.
 */
export class SourceCode implements Source {
  #parsed: ParsedModule | undefined;

  /**
   * @param parse reads the module: called only when there is a mistake to show
   * @param line where in the module the scenario is handed to a function of ours; without it, it is what the module exports
   */
  constructor(
    readonly file: string,
    private readonly parse: () => ParsedModule | undefined,
    private readonly line?: number,
  ) {}

  locate({ path, at, message, part }: Problem): Mistake {
    this.#parsed ??= this.parse();
    const place = path.length === 0 ? '' : `${formatPath(path)}: `;
    const found = this.#parsed && this.#find(this.#parsed, path, at);
    if (!this.#parsed || !found) return { file: this.file, line: null, column: null, message: `${place}${message}`, excerpt: '' };
    return this.#parsed.source.mistakeAt(found.range, found.exact ? message : `${place}${message}`, part);
  }

  #find({ source, tree }: ParsedModule, path: ValuePath, at: Problem['at']): Found | undefined {
    const definition = this.line === undefined ? exportedValue(tree) : callIn(tree, source.wholeLine(this.line));
    return definition && findValue(tree, definition, path, at);
  }
}

/** `script[1].bob.do` */
function formatPath(path: ValuePath): string {
  return path.map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`)).join('');
}
