/** Pieces of a file, taken off in records; holds no more than one unfinished record and one piece. */
export class ByteQueue {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #base = 0;

  /** Offset in the file of the next octet. */
  get offset(): number {
    return this.#base + this.#at;
  }

  /** Octets at hand. */
  get length(): number {
    return this.#bytes.length - this.#at;
  }

  add(piece: Buffer): void {
    const left = this.#bytes.subarray(this.#at);
    this.#base += this.#at;
    this.#at = 0;
    this.#bytes = left.length === 0 ? piece : Buffer.concat([left, piece]);
  }

  octet(at: number): number {
    return this.#bytes[this.#at + at] as number;
  }

  uint32(at: number, littleEndian: boolean): number {
    return littleEndian ? this.#bytes.readUInt32LE(this.#at + at) : this.#bytes.readUInt32BE(this.#at + at);
  }

  take(length: number): Buffer {
    const taken = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return taken;
  }
}
