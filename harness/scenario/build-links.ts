import type { LinkSettings } from '../lab/topology.js';
import type { CaseContext } from './case-context.js';
import { describe } from './check-shape.js';
import type { ValuePath } from './mistake.js';
import { parseDuration, parseShare } from './parse-terms.js';
import type { LinkInput, ScenarioInput } from './scenario-schema.js';

/** Builds `links`. The context must know all participants and servers. */
export function buildLinks(links: NonNullable<ScenarioInput['links']>, context: CaseContext): LinkSettings[] {
  return Object.entries(links).flatMap(([key, written]) => {
    const path = ['links', key];
    const between = hostsOf(key, path, context);
    const quality = qualityOf(written, path, context);
    return between ? [{ between, quality }] : [];
  });
}

/** `lcs-bob`; names may hold a hyphen themselves, so each is tried as the one in the middle. */
function hostsOf(key: string, path: ValuePath, context: CaseContext): LinkSettings['between'] | undefined {
  const hosts = context.hops;
  const splits = [...key.matchAll(/-/g)].map(({ index }): [string, string] => [key.slice(0, index), key.slice(index + 1)]);
  const [found, ...others] = splits.filter(([one, other]) => one !== other && hosts.includes(one) && hosts.includes(other));
  if (found && others.length === 0) return found;
  const [only] = splits;
  if (splits.length === 1 && only && only[0] !== only[1]) {
    for (const name of only) context.mustExist(name, hosts, 'participant or server', path, 'key');
  } else {
    context.problems.add(path, `expected two of ${hosts.join(', ')} with - between them, found "${key}"`, 'key');
  }
  return undefined;
}

function qualityOf(written: LinkInput, path: ValuePath, context: CaseContext): LinkSettings['quality'] {
  const share = (key: 'loss' | 'duplicate' | 'reorder'): number => {
    const value = parseShare(String(written[key] ?? '0%'));
    if (value === undefined) context.problems.add([...path, key], `expected a share such as 5% or 0.5%, found ${describe(written[key])}`);
    return value ?? 0;
  };
  const time = (key: 'delay' | 'reorderBy'): number => {
    const value = parseDuration(String(written[key] ?? '0ms'));
    if (value?.unit !== 'ms') context.problems.add([...path, key], `expected a time such as 20ms or 2s, found ${describe(written[key])}`);
    return value?.amount ?? 0;
  };
  const delayMs = time('delay');
  const reorderMs = written.reorderBy === undefined ? delayMs : time('reorderBy');
  if (written.reorder !== undefined && reorderMs === 0) {
    context.problems.add([...path, 'reorder'], 'reorder needs `delay` or `reorderBy`: how long a datagram is held back');
  }
  return { delayMs, loss: share('loss'), duplicate: share('duplicate'), reorder: share('reorder'), reorderMs };
}
