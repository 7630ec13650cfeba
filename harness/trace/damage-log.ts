/** A part of a file that could not be read and was left out. */
export interface Damage {
  readonly offset: number;
  /** Offset of the octet at which reading went on, or of the file's end. */
  readonly end: number;
  readonly what: string;
}

const MOST_TOLD = 3;

/** What of a file is damaged: the first places in words, of the others how many they are. */
export class DamageLog {
  readonly #first: Damage[] = [];
  #count = 0;
  #octets = 0;

  add(damage: Damage): void {
    this.#count += 1;
    this.#octets += damage.end - damage.offset;
    if (this.#first.length < MOST_TOLD) this.#first.push(damage);
  }

  get count(): number {
    return this.#count;
  }

  /** Undefined where nothing is damaged. */
  get text(): string | undefined {
    if (this.#count === 0) return undefined;
    const places = this.#first.map(
      ({ offset, end, what }) => `byte ${offset}: ${what}; the file is damaged here, and nothing up to byte ${end} was read`,
    );
    const further = this.#count - this.#first.length;
    const rest = further > 0 ? [`${further} further places are damaged; ${this.#octets} octets were left out in all`] : [];
    return [...places, ...rest].join('. ');
  }
}
