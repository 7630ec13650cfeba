import { BLANK, consistsOf, skip, TOKEN, VALUE } from './characters.js';
import { accepted, type Outcome, refused } from './parsed.js';
import { endOfQuotedString, quote, unquote } from './quoted-string.js';

export type Param = readonly [name: string, value: string | null];

/**
 * Parameters in the order of the wire, names case-insensitive. A value is a text (quotes and escapes undone), or null for a
 * parameter that has a name only.
 */
export class Params {
  #items: readonly Param[];

  /** @param items are never changed; whoever gives them must not either */
  constructor(items: readonly Param[] = []) {
    this.#items = items;
  }

  get size(): number {
    return this.#items.length;
  }

  /** The first one's value; null for one without a value; undefined where there is none of that name. */
  get(name: string): string | null | undefined {
    return this.#find(name)?.[1];
  }

  has(name: string): boolean {
    return this.#find(name) !== undefined;
  }

  /** Gives the parameter this value, in its place if there is one, else at the end; without a value it is a name only. */
  set(name: string, value?: string | null): this {
    const index = this.#items.findIndex((item) => sameName(item[0], name));
    const item: Param = [this.#items[index]?.[0] ?? name, value === undefined || value === '' ? null : value];
    this.#items = index < 0 ? [...this.#items, item] : this.#items.with(index, item);
    return this;
  }

  delete(name: string): void {
    this.#items = this.#items.filter((item) => !sameName(item[0], name));
  }

  entries(): IterableIterator<Param> {
    return this.#items.values();
  }

  /** A name that stands twice, which RFC 3261 §7.3.1 and §19.1.1 forbid. */
  duplicate(): string | undefined {
    const seen = new Set<string>();
    return this.#items.find(([name]) => seen.size === seen.add(name.toLowerCase()).size)?.[0];
  }

  copy(): Params {
    return new Params(this.#items);
  }

  /** `;lr;tag=a73k`, each with its semicolon; what is no token is quoted. */
  toString(): string {
    let text = '';
    for (const [name, value] of this.#items) {
      if (value === null) text += `;${name}`;
      else text += `;${name}=${consistsOf(value, VALUE) ? value : quote(value)}`;
    }
    return text;
  }

  #find(name: string): Param | undefined {
    for (const item of this.#items) {
      if (sameName(item[0], name)) return item;
    }
    return undefined;
  }
}

function sameName(one: string, other: string): boolean {
  return one === other || (one.length === other.length && one.toLowerCase() === other.toLowerCase());
}

/**
 * Reads header parameters (generic-param, RFC 3261 §25.1) from the first semicolon at `at` to the end of the text.
 * `lenient` skips empty ones (`;;`), which serves to find the way back for a 400.
 */
export function parseParams(text: string, at: number, lenient = false): Outcome<Params, string> {
  const items: Param[] = [];
  let index = skip(text, at, BLANK);
  while (index < text.length) {
    if (text.charCodeAt(index) !== 0x3b) return refused(`expected ";" at ${index}`);
    const nameAt = skip(text, index + 1, BLANK);
    const nameEnd = skip(text, nameAt, TOKEN);
    index = skip(text, nameEnd, BLANK);
    if (nameEnd === nameAt) {
      if (lenient) continue;
      return refused(`parameter without a name at ${nameAt}`);
    }
    const name = text.slice(nameAt, nameEnd);
    if (text.charCodeAt(index) !== 0x3d) {
      items.push([name, null]);
      continue;
    }
    const valueAt = skip(text, index + 1, BLANK);
    const quoted = text.charCodeAt(valueAt) === 0x22;
    const valueEnd = quoted ? endOfQuotedString(text, valueAt) : skip(text, valueAt, VALUE);
    if (valueEnd <= valueAt)
      return refused(quoted ? `quoted string never ends, from ${valueAt}` : `parameter "${name}" without the value after "="`);
    const value = text.slice(valueAt, valueEnd);
    items.push([name, quoted ? unquote(value) : value]);
    index = skip(text, valueEnd, BLANK);
  }
  return accepted(new Params(items));
}
