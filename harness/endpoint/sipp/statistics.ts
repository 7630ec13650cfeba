/**
 * What the statistics file of sipp says at its end, in words: `1 call in, 0 out, 1 successful, 0 failed`, and why some failed.
 * Empty where it says nothing.
 */
export function statisticsOf(text: string): string[] {
  const totals = totalsOf(text);
  const count = (name: string): number => countOf(totals, name);
  if (!totals.has('SuccessfulCall')) return [];
  const calls = `calls: ${count('IncomingCall')} in, ${count('OutgoingCall')} out, ${count('SuccessfulCall')} successful, ${count('FailedCall')} failed`;
  const causes = [...totals.keys()].filter((name) => /^Failed./.test(name) && name !== 'FailedCall' && count(name) > 0);
  return [calls, ...causes.map((name) => `${spaced(name)}: ${count(name)}`)];
}

/** How many calls it has counted, both ways. */
export function callsCounted(text: string): number {
  const totals = totalsOf(text);
  return ['IncomingCall', 'OutgoingCall'].reduce((sum, name) => sum + countOf(totals, name), 0);
}

function countOf(totals: ReadonlyMap<string, string>, name: string): number {
  return Number(totals.get(name) ?? 0) || 0;
}

/** The last row's totals; none where it has no row. */
function totalsOf(text: string): Map<string, string> {
  const rows = text.split('\n').filter((line) => line !== '');
  const names = rows[0]?.split(';') ?? [];
  if (rows.length < 2) return new Map();
  const values = rows.at(-1)?.split(';') ?? [];
  return new Map(names.flatMap((name, index) => (name.endsWith('(C)') ? [[name.slice(0, -3), values[index] ?? '']] : [])));
}

/** `FailedUnexpectedMessage` as `failed unexpected message` */
function spaced(name: string): string {
  return name.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}
