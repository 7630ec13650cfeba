import { BusyhereError } from '../../platform/errors.js';
import { LONGEST_MESSAGE } from './control-message.js';

/** JSON values on a stream of octets, one a line. */
export class JsonLines {
  #rest: Buffer = Buffer.alloc(0);

  /** @param longest octets of a line; more is no message */
  constructor(private readonly longest = LONGEST_MESSAGE) {}

  /**
   * The values that a piece completes.
   * @throws BusyhereError `transport` for a line that is too long or no JSON
   */
  push(piece: Buffer): unknown[] {
    const values: unknown[] = [];
    let bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a)) {
      values.push(this.#parse(bytes.subarray(0, end)));
      bytes = bytes.subarray(end + 1);
    }
    if (bytes.length > this.longest) throw new BusyhereError('transport', `a control message of more than ${this.longest} octets`);
    this.#rest = Buffer.from(bytes); // a copy: what is cut out of a piece keeps all of it
    return values;
  }

  #parse(line: Buffer): unknown {
    if (line.length > this.longest) throw new BusyhereError('transport', `a control message of more than ${this.longest} octets`);
    try {
      return JSON.parse(line.toString('utf8'));
    } catch (cause) {
      throw new BusyhereError('transport', 'a control message that is no JSON', undefined, { cause });
    }
  }
}

export function jsonLine(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value)}\n`, 'utf8');
}
