import type { Observed } from '../scenario/result.js';

/** `486`, `pending`; `not seen` where the trace does not have the attempt. */
export function observedText(observed: Observed | null): string {
  return observed === null ? 'not seen' : String(observed);
}
