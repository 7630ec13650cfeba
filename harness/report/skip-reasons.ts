import { countText } from '../diagnosis/wording.js';

const REASONS_SHOWN = 5;

/** Why cases are not run: each reason once, behind the number of its cases. */
export function skipReasons(reasons: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const shown = [...counts].slice(0, REASONS_SHOWN).map(([reason, count]) => `${count}: ${reason}`);
  const rest = counts.size - shown.length;
  return rest > 0 ? [...shown, `and ${countText(rest, 'other reason')}`] : shown;
}
