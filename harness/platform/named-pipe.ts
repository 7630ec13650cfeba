import { closeSync, constants, fstatSync, openSync, statSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Clock, Timer } from './clock.js';

/** How soon to look again for a pipe that is not there, or was made anew. */
const LOOK_AGAIN_MS = 50;

/**
 * Reads a named pipe (fifo(7)) that another program makes and writes, whichever of both comes first.
 * It is opened for writing too: so no writer waits for a reader, and none sees the other end close.
 */
export class NamedPipeReader {
  #socket: Socket | undefined;
  #inode: number | undefined;
  #timer: Timer | undefined;
  #heard = false;
  #closed = false;

  constructor(
    private readonly path: string,
    private readonly clock: Clock,
    private readonly data: (piece: Buffer) => void,
  ) {
    this.#look();
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#socket?.destroy();
  }

  /** Until something comes, the pipe may be one that an earlier writer left. */
  #look(): void {
    if (this.#closed || this.#heard) return;
    const inode = inodeOf(this.path);
    if (inode !== undefined && inode !== this.#inode) this.#open();
    this.#timer = this.clock.setTimer(LOOK_AGAIN_MS, () => this.#look());
  }

  #open(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
    let handle: number;
    try {
      handle = openSync(this.path, constants.O_RDWR | constants.O_NONBLOCK);
    } catch {
      return; // gone again, or not ours to read yet
    }
    const { ino, isPipe } = { ino: fstatSync(handle).ino, isPipe: fstatSync(handle).isFIFO() };
    if (!isPipe) return closeSync(handle);
    this.#inode = ino;
    this.#socket = new Socket({ fd: handle, readable: true, writable: false });
    this.#socket.on('error', () => {}); // nothing more comes, which somebody will miss
    this.#socket.on('data', (piece) => {
      this.#heard = true;
      this.data(piece);
    });
  }
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}
