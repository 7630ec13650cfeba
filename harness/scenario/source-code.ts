import type { Mistake, Problem, ValuePath } from './mistake.js';
import type { Source } from './source-file.js';

/** A scenario that was defined in code: its mistakes are named by the path of the value. */
export class SourceCode implements Source {
  constructor(readonly file: string) {}

  locate({ path, message }: Problem): Mistake {
    const place = path.length === 0 ? '' : `${formatPath(path)}: `;
    return { file: this.file, line: null, column: null, message: `${place}${message}`, excerpt: '' };
  }
}

/** `script[1].bob.do` */
function formatPath(path: ValuePath): string {
  return path.map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`)).join('');
}
