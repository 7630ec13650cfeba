/** `%HH` in URIs (RFC 3261 §19.1.2). Octet strings in, octet strings out. */

/** Each `%HH` replaced by its octet, once and not again; a `%` that begins no escape stays. */
export function unescapeOctets(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

/** Each octet that is not in `plain` replaced by `%HH`. `plain` is a global pattern for the octets to replace. */
export function escapeOctets(text: string, special: RegExp): string {
  return text.replace(special, (octet) => `%${octet.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

/** Whether every `%` begins an escape. */
export function escapesAreWhole(text: string): boolean {
  return !text.includes('%') || !/%(?![0-9A-Fa-f]{2})/.test(text);
}
