import { closeSync, constants, fstatSync, openSync, statSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Clock, Timer } from './clock.js';

/** How soon to look again for a pipe that is not there, or was made anew. */
const LOOK_AGAIN_MS = 50;

export interface NamedPipeHandlers {
  data(piece: Buffer): void;
  /** Who wrote into it has closed it, or has ended; nothing more comes. */
  ended(): void;
}

/**
 * Reads a named pipe (fifo(7)) that another program makes and writes, whichever of both comes first. It is opened for
 * reading alone: so a writer waits until somebody reads, and its end is seen.
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
    private readonly handlers: NamedPipeHandlers,
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
      handle = openSync(this.path, constants.O_RDONLY | constants.O_NONBLOCK);
    } catch {
      return; // gone again, or not ours to read yet
    }
    const { ino, isPipe } = { ino: fstatSync(handle).ino, isPipe: fstatSync(handle).isFIFO() };
    if (!isPipe) return closeSync(handle);
    this.#inode = ino;
    this.#listen(new Socket({ fd: handle, readable: true, writable: false }));
  }

  #listen(socket: Socket): void {
    this.#socket = socket;
    socket.on('data', (piece) => {
      this.#heard = true;
      this.handlers.data(piece);
    });
    // Of one that was opened and closed without a word somebody else may be the next writer.
    socket.on('close', () => {
      if (this.#closed || this.#socket !== socket) return;
      if (this.#heard) this.handlers.ended();
      else this.#inode = undefined;
    });
    socket.on('error', () => {}); // close follows
  }
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}
