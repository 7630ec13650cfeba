import { trimBlanks } from './characters.js';
import { type HeaderName, headerName } from './header-names.js';
import { asOctets } from './octets.js';

/**
 * One header field line where it stands in a text: of the datagram it came in, or of its own. It never changes, so messages
 * may share it; what was parsed of its value is kept with it.
 */
export class FieldLine {
  /** What {@link FieldLine.parsedBy} found; undefined before the first time. */
  #parsed: unknown;

  constructor(
    readonly name: HeaderName,
    readonly text: string,
    /** First octet of the name. */
    readonly start: number,
    /** First octet after the colon. */
    readonly valueStart: number,
    /** After the CRLF that ends the field. */
    readonly end: number,
    /** Whether the value goes over several lines. */
    readonly folded: boolean,
  ) {}

  /** A line of our own making. Line ends within the value become spaces: no value can smuggle in a line. */
  static of(name: HeaderName, value: string): FieldLine {
    const clean = asOctets(/[\r\n]/.test(value) ? value.replace(/[\r\n]+/g, ' ') : value);
    const text = `${name.canonical}: ${clean}\r\n`;
    return new FieldLine(name, text, 0, name.canonical.length + 1, text.length, false);
  }

  static named(name: string, value: string): FieldLine {
    return FieldLine.of(headerName(name), value);
  }

  /** The value, unfolded (each fold is one space, RFC 3261 §7.3.1) and trimmed. */
  get value(): string {
    if (!this.folded) return trimBlanks(this.text, this.valueStart, this.end - 2);
    const parts = this.text.slice(this.valueStart, this.end - 2).split('\r\n');
    return trimBlanks(parts.map((part) => trimBlanks(part)).join(' '));
  }

  /** The result of a parser for the value, made once; a line is only ever read by the one parser of its name. */
  parsedBy<T extends object>(parse: (value: string) => T): T {
    if (this.#parsed === undefined) this.#parsed = parse(this.value);
    return this.#parsed as T;
  }
}
