import { createGunzip } from 'node:zlib';

/** What damage costs at most of what came before it, and what is held at once: gzip makes up to a thousand times as much of it. */
const PORTION = 8 * 1024;

/**
 * The octets that gzip made these of. Everything up to a damaged place comes out before its error is thrown; after it
 * nothing can.
 * @param endsEarly called where the data end before gzip's own end, as in a file that is still being written
 */
export async function* gunzipped(pieces: AsyncIterable<Buffer>, endsEarly: () => void): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: 16 * PORTION });
  let made: Buffer[] = [];
  let failed: Error | undefined;
  let release: () => void = () => undefined;
  gunzip.on('data', (octets: Buffer) => made.push(octets));
  gunzip.on('error', (error) => {
    failed = error;
    release();
  });
  gunzip.on('end', () => release());
  const done = (start: (finished: () => void) => void): Promise<void> =>
    new Promise((resolve) => {
      release = resolve;
      start(resolve);
    });
  const taken = (): Buffer[] => made.splice(0);
  try {
    for await (const piece of pieces) {
      for (let at = 0; at < piece.length && !failed; at += PORTION) {
        await done((finished) => gunzip.write(piece.subarray(at, at + PORTION), finished));
        if (made.length > 0) yield Buffer.concat(taken());
      }
      if (failed) break;
    }
    if (!failed) await done(() => gunzip.end());
    if (made.length > 0) yield Buffer.concat(taken());
    if ((failed as NodeJS.ErrnoException | undefined)?.code === 'Z_BUF_ERROR') endsEarly();
    else if (failed) throw new Error(`the gzip data are damaged: ${failed.message}`);
  } finally {
    made = [];
    gunzip.destroy();
  }
}
