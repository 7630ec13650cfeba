/** Tells who asked that something changed. */
export class Notifier {
  readonly #listeners: (() => void)[] = [];

  add(listener: () => void): void {
    this.#listeners.push(listener);
  }

  notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
