import { BusyhereError } from '../../platform/errors.js';

/** More octets than baresip ever says at once. */
const MAX_OCTETS = 1 << 20;
const COLON = 0x3a;
const COMMA = 0x2c;

/** Text as a netstring: its length in octets, a colon, the text in UTF-8, a comma. */
export function encodeNetstring(text: string): Buffer {
  const body = Buffer.from(text, 'utf8');
  return Buffer.concat([Buffer.from(`${body.length}:`), body, Buffer.from(',')]);
}

/** Takes netstrings out of a stream, however its pieces are cut. */
export class NetstringReader {
  #received = Buffer.alloc(0);

  /** @returns the texts that are complete by now. @throws BusyhereError `environment` where the stream is no sequence of netstrings */
  read(chunk: Buffer): string[] {
    this.#received = Buffer.concat([this.#received, chunk]);
    const texts: string[] = [];
    for (let text = this.#next(); text !== undefined; text = this.#next()) texts.push(text);
    return texts;
  }

  #next(): string | undefined {
    const colon = this.#received.indexOf(COLON);
    const digits = this.#received.toString('latin1', 0, colon < 0 ? undefined : colon);
    if (digits !== '' || colon === 0) mustBe(/^(0|[1-9]\d{0,6})$/.test(digits) && Number(digits) <= MAX_OCTETS, digits);
    if (colon < 0) return undefined;
    const end = colon + 1 + Number(digits);
    if (this.#received.length <= end) return undefined;
    mustBe(this.#received[end] === COMMA, digits);
    const text = this.#received.toString('utf8', colon + 1, end);
    this.#received = this.#received.subarray(end + 1);
    return text;
  }
}

function mustBe(condition: boolean, digits: string): void {
  if (!condition) throw new BusyhereError('environment', `what came is no netstring (it begins with "${digits.slice(0, 16)}")`);
}
