import { BusyhereError } from '../platform/errors.js';

/** What a number does when it is called: it is busy (486), answers, rings or stays silent for ever, or refuses with a status. */
export type NumberBehaviour = 'busy' | 'answer' | 'ring' | 'ignore' | number;

interface Row {
  readonly literal: string;
  readonly prefix: boolean;
  readonly behaviour: NumberBehaviour;
}

/** Numbers and number patterns (`+1*`: all that begin so) of a gateway, the most specific first. */
export class NumberTable {
  readonly #rows: readonly Row[];

  /**
   * @param numbers pattern to behaviour; the only wildcard is one `*` at the end
   * @throws BusyhereError `configuration` for a `*` elsewhere, or a status that is no final response
   */
  constructor(numbers: Readonly<Record<string, NumberBehaviour>>) {
    this.#rows = Object.entries(numbers).map(readRow).sort(mostSpecificFirst);
  }

  /** What the number does; undefined where no pattern covers it. */
  behaviourOf(number: string): NumberBehaviour | undefined {
    return this.#rows.find((row) => (row.prefix ? number.startsWith(row.literal) : number === row.literal))?.behaviour;
  }
}

function readRow([pattern, behaviour]: [string, NumberBehaviour]): Row {
  const prefix = pattern.endsWith('*');
  const literal = prefix ? pattern.slice(0, -1) : pattern;
  if (literal.includes('*')) throw new BusyhereError('configuration', `number pattern ${pattern}: a * may only stand at the end`);
  if (typeof behaviour === 'number' && !(Number.isInteger(behaviour) && behaviour >= 300 && behaviour <= 699)) {
    throw new BusyhereError('configuration', `number pattern ${pattern}: ${behaviour} is no final response that refuses (300 to 699)`);
  }
  return { literal, prefix, behaviour };
}

/** A whole number before a pattern, a longer pattern before a shorter one. */
function mostSpecificFirst(one: Row, other: Row): number {
  return Number(one.prefix) - Number(other.prefix) || other.literal.length - one.literal.length;
}
