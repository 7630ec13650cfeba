import type { SipRequest } from '../sip/message.js';

const HEADER = 'Max-Breadth';
/** RFC 5393 §5.3.3: what a request gets that has none, and the most that we take. */
const MAX_BREADTH = 60;

/** On how many branches, here and further on, a request may be under way at the same time (RFC 5393 §5.3). */
export function breadthOf(request: SipRequest): number {
  const text = request.headers.get(HEADER);
  return text !== undefined && /^\d+$/.test(text) ? Math.min(Number(text), MAX_BREADTH) : MAX_BREADTH;
}

export function setBreadth(request: SipRequest, breadth: number): void {
  request.headers.set(HEADER, String(breadth));
}

/** Parts of a breadth for so many branches, as even as can be; none is 0 unless there are more branches than breadth. */
export function shares(breadth: number, branches: number): number[] {
  const least = Math.floor(breadth / branches);
  return Array.from({ length: branches }, (_, index) => (index < breadth % branches ? least + 1 : least));
}
