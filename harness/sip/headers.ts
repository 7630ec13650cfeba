import { trimBlanks } from './characters.js';
import { FieldLine } from './field-line.js';
import { headerName } from './header-names.js';
import { endOfElement, splitList } from './list.js';

/**
 * The header fields of a message, in order. Names are case-insensitive, compact forms are the long names. Lines that are not
 * touched keep their bytes: spelling, folding, white space. Values are octet strings.
 */
export class Headers {
  readonly #lines: FieldLine[];
  #changed: boolean;

  constructor(lines: FieldLine[], changed = true) {
    this.#lines = lines;
    this.#changed = changed;
  }

  static from(fields: Iterable<readonly [name: string, value: string]>): Headers {
    return new Headers(Array.from(fields, ([name, value]) => FieldLine.named(name, value)));
  }

  /** Whether anything was changed since the message was parsed; true from the start for a message of our own making. */
  get changed(): boolean {
    return this.#changed;
  }

  /** The first field's value, unfolded and trimmed. */
  get(name: string): string | undefined {
    return this.first(name)?.value;
  }

  /** Each field line's value, in order. */
  all(name: string): string[] {
    return this.lines(name).map((line) => line.value);
  }

  /**
   * The elements over all field lines of this name; commas in quoted strings and in `<` `>` separate nothing, empty elements
   * are left out. For a header that is no list (Date, Authorization, Subject) the same as {@link Headers.all}.
   */
  list(name: string): string[] {
    const { key, list } = headerName(name);
    const elements: string[] = [];
    for (const line of this.#lines) {
      if (line.name.key !== key) continue;
      if (!list) elements.push(line.value);
      else for (const element of splitList(line.value)) if (element !== '') elements.push(element);
    }
    return elements;
  }

  has(name: string): boolean {
    return this.first(name) !== undefined;
  }

  /** Number of field lines. */
  count(name: string): number {
    const { key } = headerName(name);
    let count = 0;
    for (const line of this.#lines) {
      if (line.name.key === key) count++;
    }
    return count;
  }

  /** One field instead of all of this name, in the first one's place, else at the end. */
  set(name: string, value: string): void {
    const index = this.#indexOf(name);
    const line = FieldLine.named(name, value);
    if (index < 0) {
      this.#splice(this.#lines.length, 0, line);
    } else {
      this.#deleteFrom(index + 1, name);
      this.#splice(index, 1, line);
    }
  }

  /** One more field at the end of all. */
  append(name: string, value: string): void {
    this.#splice(this.#lines.length, 0, FieldLine.named(name, value));
  }

  /** One more field above the first of this name, else at the top of all. */
  prepend(name: string, value: string): void {
    this.#splice(Math.max(this.#indexOf(name), 0), 0, FieldLine.named(name, value));
  }

  /** Takes off the first element, of a list from a field that may hold more of them, and returns it. */
  removeFirst(name: string): string | undefined {
    const index = this.#indexOf(name);
    const value = this.#lines[index]?.value;
    if (value === undefined) return undefined;
    const end = headerName(name).list ? endOfElement(value, 0) : value.length;
    const rest = trimBlanks(value.slice(end + 1));
    this.#splice(index, 1, ...(rest === '' ? [] : [FieldLine.named(name, rest)]));
    return trimBlanks(value.slice(0, end));
  }

  /** Puts another in the place of the first element; does nothing where there is none. */
  replaceFirst(name: string, value: string): void {
    const index = this.#indexOf(name);
    const old = this.#lines[index]?.value;
    if (old === undefined) return;
    const end = headerName(name).list ? endOfElement(old, 0) : old.length;
    this.#splice(index, 1, FieldLine.named(name, value + old.slice(end)));
  }

  delete(name: string): void {
    this.#deleteFrom(0, name);
  }

  /** Every field line in order, names in the RFC's spelling. */
  *entries(): Generator<readonly [name: string, value: string]> {
    for (const line of this.#lines) yield [line.name.canonical, line.value];
  }

  /** The first field line of this name, for the accessors of this room. */
  first(name: string): FieldLine | undefined {
    return this.#lines[this.#indexOf(name)];
  }

  /** All field lines, or those of one name, for the code of this room. */
  lines(name?: string): FieldLine[] {
    if (name === undefined) return this.#lines.slice();
    const { key } = headerName(name);
    return this.#lines.filter((line) => line.name.key === key);
  }

  clone(): Headers {
    return new Headers(this.#lines.slice(), this.#changed);
  }

  /** All lines as they go to the wire. Neighbours from one datagram are taken over in one piece. */
  toString(): string {
    let text = '';
    for (let index = 0; index < this.#lines.length; ) {
      const first = this.#lines[index++];
      let last = first;
      for (let next = this.#lines[index]; next && next.text === last?.text && next.start === last.end; next = this.#lines[++index])
        last = next;
      if (first && last) text += first.text.slice(first.start, last.end);
    }
    return text;
  }

  #indexOf(name: string): number {
    const { key } = headerName(name);
    for (let index = 0; index < this.#lines.length; index++) {
      if (this.#lines[index]?.name.key === key) return index;
    }
    return -1;
  }

  #splice(index: number, deleteCount: number, ...lines: FieldLine[]): void {
    this.#changed = true;
    this.#lines.splice(index, deleteCount, ...lines);
  }

  #deleteFrom(start: number, name: string): void {
    const { key } = headerName(name);
    const kept = this.#lines.filter((line, index) => index < start || line.name.key !== key);
    if (kept.length === this.#lines.length) return;
    this.#changed = true;
    this.#lines.splice(0, this.#lines.length, ...kept);
  }
}
