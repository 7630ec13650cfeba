import { Session } from 'node:inspector';
import { sep } from 'node:path';

const ROOM = `${sep}harness${sep}sip${sep}`;

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** What a built-in method looks at: at most so many characters or elements. */
type Cost = (self: { readonly length: number }, args: readonly unknown[], result: unknown) => number;

const lengthOf = (result: unknown): number => (result as { length?: number } | null)?.length ?? 0;
const whole: Cost = ({ length }) => length;
const produced: Cost = (_self, _args, result) => lengthOf(result);
/** From where the search began to where it ended. */
const searched: Cost = ({ length }, [, from], result) => {
  const start = typeof from === 'number' ? from : 0;
  return result === -1 || result === false ? Math.max(0, length - start) : typeof result === 'number' ? result - start + 1 : length - start;
};
/** What is behind a removed element moves. */
const moved: Cost = ({ length }, [start], result) => length - Number(start ?? 0) + lengthOf(result);

const COSTS: readonly (readonly [object, Readonly<Record<string, Cost>>])[] = [
  [
    String.prototype,
    {
      slice: produced,
      substring: produced,
      indexOf: searched,
      lastIndexOf: whole,
      includes: searched,
      split: whole,
      replace: whole,
      replaceAll: whole,
      match: whole,
      search: whole,
      trim: whole,
      toLowerCase: whole,
      toUpperCase: whole,
      repeat: produced,
    },
  ],
  [
    Array.prototype,
    {
      indexOf: searched,
      includes: searched,
      slice: produced,
      concat: produced,
      join: produced,
      splice: moved,
      shift: whole,
      unshift: whole,
      reverse: whole,
    },
  ],
  // Not exec: split and replace would then call it at every character.
  [RegExp.prototype, { test: (_self, [text]) => lengthOf(text) }],
  [Buffer, { from: (_self, [source]) => lengthOf(source), concat: produced }],
  [Buffer.prototype, { toString: produced, latin1Slice: produced, indexOf: searched, includes: searched }],
];

/**
 * Counts what the parser does, the same on every machine: how often each block of its code is run (V8 counts them, in what is
 * loaded after this was made) and how many characters the built-in methods look at that it calls. Steps within one regular
 * expression do not count.
 */
export class StepCounter {
  readonly #session = new Session();
  #looked = 0;

  constructor() {
    this.#session.connect();
    this.#post('Profiler.enable');
    this.#post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  count(work: () => void): number {
    const restore = COSTS.map(([owner, costs]) => this.#watch(owner as Record<string, Method>, costs));
    this.#looked = 0;
    this.#blocksRun(); // begins anew
    try {
      work();
    } finally {
      for (const undo of restore) undo();
    }
    return this.#blocksRun() + this.#looked;
  }

  close(): void {
    this.#session.disconnect();
  }

  #watch(owner: Record<string, Method>, costs: Readonly<Record<string, Cost>>): () => void {
    const originals = Object.keys(costs).flatMap((name) => {
      const own = Object.getOwnPropertyDescriptor(owner, name);
      return own ? [[name, own] as const] : [];
    });
    for (const [name, { value: original, ...own }] of originals) {
      const cost = costs[name] ?? whole;
      const counter = this;
      const watched: Method = function (...args) {
        const result = (original as Method).apply(this, args);
        counter.#looked += cost(this as { length: number }, args, result);
        return result;
      };
      Object.defineProperty(owner, name, { ...own, value: watched });
    }
    return () => {
      for (const [name, own] of originals) Object.defineProperty(owner, name, own);
    };
  }

  #blocksRun(): number {
    const { result } = this.#post('Profiler.takePreciseCoverage') as {
      result: { url: string; functions: { ranges: { count: number }[] }[] }[];
    };
    return result
      .filter(({ url }) => url.includes(ROOM) || url.includes('touch-everything'))
      .flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges))
      .reduce((sum, { count }) => sum + count, 0);
  }

  /** A session with one's own process answers before this returns. */
  #post(method: string, params: object = {}): unknown {
    let answer: unknown;
    this.#session.post(method, params, (error, result) => {
      if (error) throw new Error(`${method}: ${error.message}`);
      answer = result;
    });
    return answer;
  }
}
