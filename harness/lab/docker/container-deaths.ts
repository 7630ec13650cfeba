import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { JsonLines } from '../container/json-lines.js';
import { RUN_LABEL } from './labels.js';

/** A container of the run ended. */
export interface Death {
  readonly id: string;
  /** The container's name in the engine. */
  readonly container: string;
  readonly exitCode: number;
}

/** Tells of every container of a run that ends, whoever ended it. @returns ends the telling */
export async function watchDeaths(engine: Docker, run: string, died: (death: Death) => void): Promise<() => void> {
  const filters = { type: ['container' as const], event: ['die'], label: [`${RUN_LABEL}=${run}`] };
  const stream = (await engine.getEvents({ filters })) as Readable;
  const lines = new JsonLines();
  stream.on('error', () => {}); // the engine itself is gone: everything else says so too
  stream.on('data', (piece: Buffer) => {
    for (const event of lines.push(piece)) {
      const { Actor } = event as { Actor?: { ID?: string; Attributes?: Record<string, string> } };
      const { name = '', exitCode = '' } = Actor?.Attributes ?? {};
      died({ id: Actor?.ID ?? '', container: name, exitCode: Number(exitCode) });
    }
  });
  return () => stream.destroy();
}

const LINES_SHOWN = 8;
/** A frame of an engine's log: one octet of stream, three of nothing, four of length (Docker Engine API, attach). */
const FRAME_HEADER = 8;

/** The end of what a container said; nothing where that is not kept. */
export async function lastWords(engine: Docker, id: string): Promise<string[]> {
  try {
    const log = (await engine.getContainer(id).logs({ stdout: true, stderr: true, tail: LINES_SHOWN })) as unknown as Buffer;
    return linesOf(withoutFrames(log));
  } catch {
    return []; // it is gone, or its log driver keeps nothing
  }
}

export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .slice(-LINES_SHOWN);
}

function withoutFrames(log: Buffer): string {
  const parts: string[] = [];
  for (let at = 0; at + FRAME_HEADER <= log.length; ) {
    const end = at + FRAME_HEADER + log.readUInt32BE(at + 4);
    parts.push(log.toString('utf8', at + FRAME_HEADER, end));
    at = end;
  }
  return parts.join('');
}
