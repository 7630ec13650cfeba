import { headerName } from '../sip/header-names.js';

type Field = readonly [name: string, value: string];

/** What the real server's SIP library writes first and last; all else that it knows stands between. */
const FIRST = ['via', 'route', 'record-route', 'max-forwards', 'proxy-require', 'from', 'to', 'call-id', 'cseq', 'contact'];
const LAST = ['content-type', 'content-length'];
const BEHIND_KNOWN = FIRST.length + 1 + LAST.length;

/** Header fields in the order in which the real server writes them, which applications see in what it shows of them. */
export function inServerOrder(fields: readonly Field[]): Field[] {
  return fields
    .map((field) => ({ field, rank: rankOf(field[0]) }))
    .sort((one, other) => one.rank - other.rank)
    .map(({ field: [name, value] }): Field => [spelling(name), value]);
}

function rankOf(name: string): number {
  const { key } = headerName(name);
  const first = FIRST.indexOf(key);
  if (first >= 0) return first;
  const last = LAST.indexOf(key);
  if (last >= 0) return FIRST.length + 1 + last;
  return isKnown(name) ? FIRST.length : BEHIND_KNOWN;
}

/** Names that we do not know come out capitalised, except those that begin with `x-`, as the real server has it. */
function spelling(name: string): string {
  if (isKnown(name) || /^x-/i.test(name)) return name;
  return name.replace(/(^|-)([a-z])/g, (_, before: string, letter: string) => before + letter.toUpperCase());
}

function isKnown(name: string): boolean {
  // Of an unknown name the canonical spelling is the one it came with.
  return headerName(name.toLowerCase()).canonical !== name.toLowerCase();
}
