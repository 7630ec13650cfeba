import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FrameDecoder } from '../../../harness/drachtio/index.js';

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

export interface RecordedFrame {
  readonly from: 'APP' | 'SERVER';
  readonly text: string;
}

/** The frames of one recording in the order in which they were seen. */
export function readRecordedFrames(name: string): RecordedFrame[] {
  const [, ...recorded] = readFileSync(join(FOLDER, `${name}.tcp.txt`), 'utf8').split(/\n *[\d.]+ms (APP|SERVER) +>>> \w+ ?\n/);
  const decoders = { APP: new FrameDecoder(), SERVER: new FrameDecoder() };
  const frames: RecordedFrame[] = [];
  for (let index = 0; index < recorded.length; index += 2) {
    const from = recorded[index] as 'APP' | 'SERVER';
    for (const payload of decoders[from].push(octets(recorded[index + 1] ?? '')).payloads)
      frames.push({ from, text: payload.toString('utf8') });
  }
  return frames;
}
