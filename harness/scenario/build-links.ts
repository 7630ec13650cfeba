import type { LinkSettings } from '../lab/topology.js';
import type { CaseContext } from './case-context.js';
import { parseDuration, parseShare } from './parse-terms.js';
import type { LinkInput, ScenarioInput } from './scenario-schema.js';

/** Reads `links`: the key names two hosts, joined by a hyphen, which their names may hold too. */
export function buildLinks(links: NonNullable<ScenarioInput['links']>, context: CaseContext): LinkSettings[] {
  return Object.entries(links).flatMap(([key, link]) => {
    const between = splitKey(key, context);
    if (between) return [{ between, quality: qualityOf(link) }];
    const [one = '', other = ''] = key.split(/-(.*)/);
    const known = context.mustExist(one, context.hops, 'participant or server', ['links', key], 'key');
    if (known) context.mustExist(other, context.hops, 'participant or server', ['links', key], 'key');
    return [];
  });
}

function qualityOf({ loss, duplicate, reorder, delay, reorderBy }: LinkInput): LinkSettings['quality'] {
  const delayMs = milliseconds(delay);
  return {
    delayMs,
    loss: parseShare(loss ?? '0%'),
    duplicate: parseShare(duplicate ?? '0%'),
    reorder: parseShare(reorder ?? '0%'),
    reorderMs: reorderBy === undefined ? delayMs : milliseconds(reorderBy),
  };
}

function milliseconds(time: string | undefined): number {
  return time === undefined ? 0 : (parseDuration(time)?.amount ?? 0);
}

function splitKey(key: string, { hops }: CaseContext): LinkSettings['between'] | undefined {
  const names = new Set(hops);
  for (let at = key.indexOf('-'); at >= 0; at = key.indexOf('-', at + 1)) {
    const [one, other] = [key.slice(0, at), key.slice(at + 1)];
    if (names.has(one) && names.has(other)) return [one, other];
  }
  return undefined;
}
