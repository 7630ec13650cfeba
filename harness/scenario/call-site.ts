import { fileURLToPath } from 'node:url';

/** Where a scenario was handed to us in somebody's code. */
export interface CallSite {
  readonly path: string;
  /** 1-based. */
  readonly line: number;
}

const sites = new WeakMap<object, CallSite>();

/**
 * Remembers where a scenario was handed to a function of ours, unless an earlier place is known already.
 *
 * @param by the function: what called it is the place
 */
export function rememberCall(scenario: unknown, by: (...given: never[]) => unknown): void {
  if (typeof scenario !== 'object' || scenario === null || sites.has(scenario)) return;
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, by);
  const site = siteIn(holder.stack ?? '');
  if (site) sites.set(scenario, site);
}

/** Where the scenario was handed to us first, if that is known. */
export function callOf(scenario: object): CallSite | undefined {
  return sites.get(scenario);
}

/** The first frame of a stack: `at name (file:///path:3:14)`, `at /path:3:14` */
function siteIn(stack: string): CallSite | undefined {
  const frame = stack.split('\n').find((line) => /^\s*at /.test(line)) ?? '';
  const [, where = '', line] = /(?:\(|at (?:async )?)((?:file:\/\/\/|\/|[A-Za-z]:\\)[^()]*?):(\d+):\d+\)?$/.exec(frame) ?? [];
  if (line === undefined) return undefined;
  return { path: where.startsWith('file:') ? fileURLToPath(where) : where, line: Number(line) };
}
