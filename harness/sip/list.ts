import { trimBlanks } from './characters.js';
import { endOfQuotedString } from './quoted-string.js';

/**
 * Index of the comma that ends the list element that begins at `at`, or the text's length. Commas within quoted strings and
 * within `<` `>` separate nothing; what is opened and never closed reaches to the end.
 */
export function endOfElement(text: string, at: number): number {
  if (text.indexOf(',', at) < 0) return text.length;
  for (let index = at; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 0x2c) return index;
    if (code === 0x22 || code === 0x3c) {
      const end = code === 0x22 ? endOfQuotedString(text, index) : text.indexOf('>', index) + 1;
      if (end <= 0) return text.length;
      index = end - 1;
    }
  }
  return text.length;
}

/** All elements of a comma-separated value, trimmed, empty ones too. */
export function splitList(text: string): string[] {
  const elements: string[] = [];
  for (let at = 0; at <= text.length; ) {
    const end = endOfElement(text, at);
    elements.push(trimBlanks(text.slice(at, end)));
    at = end + 1;
  }
  return elements;
}
