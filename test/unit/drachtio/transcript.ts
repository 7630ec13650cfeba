import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(__dirname, '..', '..', 'fixtures', 'drachtio');

export interface Transcript {
  readonly name: string;
  /** The octets of each direction, in the pieces in which the tap read them. */
  readonly directions: readonly { readonly from: 'APP' | 'SERVER'; readonly pieces: readonly Buffer[] }[];
}

/** Reads the recordings of a real control connection; their form stands in the README beside them. */
export function readTranscripts(): Transcript[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.tcp.txt'))
    .sort()
    .map((file) => {
      const [, ...recorded] = readFileSync(join(FOLDER, file), 'utf8').split(/\n *[\d.]+ms (APP|SERVER) +>>> \w+ ?\n/);
      const of = (from: 'APP' | 'SERVER') => ({
        from,
        pieces: recorded.flatMap((text, index) => (index % 2 === 1 && recorded[index - 1] === from ? [octets(text)] : [])),
      });
      return { name: file.replace('.tcp.txt', ''), directions: [of('APP'), of('SERVER')] };
    });
}

/** The recording was written as text: its line feeds were CRLF on the wire, and one at the end is its own. */
function octets(text: string): Buffer {
  return Buffer.from(text.replace(/\n$/, '').replaceAll('\n', '\r\n'), 'utf8');
}
