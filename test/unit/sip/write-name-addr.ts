import type { NameAddr } from '../../../harness/sip/name-addr.js';

/** An address in its full form, written by the grammar and not by the code under test. */
export function writeNameAddr({ displayName, uriText, params }: NameAddr): string {
  const name = displayName === undefined ? '' : `"${displayName.replace(/["\\]/g, '\\$&')}" `;
  return `${name}<${uriText}>${params}`;
}
