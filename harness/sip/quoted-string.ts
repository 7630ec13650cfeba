/** quoted-string of RFC 3261 §25.1: `"` ... `"` with `\` before any octet that shall not count. */

/** Index after the closing quote of the string that opens at `at`; -1 if it is never closed. */
export function endOfQuotedString(text: string, at: number): number {
  for (let index = at + 1; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 0x22) return index + 1;
    if (code === 0x5c) index++;
  }
  return -1;
}

/** What stands between the quotes, escapes undone. */
export function unquote(quoted: string): string {
  const inner = quoted.slice(1, -1);
  return inner.includes('\\') ? inner.replace(/\\([\s\S])/g, '$1') : inner;
}

export function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
