/** Pieces of a file, taken off in records; holds no more than one unfinished record and one piece. */
export class ByteQueue {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #base = 0;
  #skip = 0;

  /** Offset in the file of the next octet. */
  get offset(): number {
    return this.#base + this.#at;
  }

  /** Octets at hand. */
  get length(): number {
    return this.#bytes.length - this.#at;
  }

  add(piece: Buffer): void {
    let rest = piece;
    if (this.#skip > 0) {
      const skipped = Math.min(this.#skip, rest.length);
      this.#skip -= skipped;
      this.#base += skipped;
      rest = rest.subarray(skipped);
    }
    const left = this.#bytes.subarray(this.#at);
    this.#base += this.#at;
    this.#at = 0;
    this.#bytes = left.length === 0 ? rest : Buffer.concat([left, rest]);
  }

  /** The octets at hand, to be looked at; valid until the next call. */
  get view(): Buffer {
    return this.#bytes.subarray(this.#at);
  }

  uint32(at: number, littleEndian: boolean): number {
    return littleEndian ? this.#bytes.readUInt32LE(this.#at + at) : this.#bytes.readUInt32BE(this.#at + at);
  }

  take(length: number): Buffer {
    const taken = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return taken;
  }

  /** Leaves out octets, also those that have not come yet. */
  skip(length: number): void {
    const here = Math.min(length, this.length);
    this.#at += here;
    this.#skip += length - here;
  }
}
