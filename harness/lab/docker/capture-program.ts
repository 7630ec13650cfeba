import type Docker from 'dockerode';
import type { Clock } from '../../platform/clock.js';
import { within } from '../../platform/within.js';
import { packetsDropped } from '../container/capture-fault.js';

/** How long it may take to write what it still has, and to count. */
const END_WITHIN_MS = 10_000;

/** The program that watches a host, in its container: what it says besides the capture, and how it ends. */
export class CaptureProgram {
  #said = '';
  #counted: () => void = () => {};
  container: Docker.Container | undefined;

  constructor(readonly host: string) {}

  get said(): string {
    return this.#said;
  }

  hear(text: string): void {
    this.#said += text;
    if (this.dropped !== undefined) this.#counted();
  }

  /** Packets that never got into the capture, as the program counts them at its end; undefined before. */
  get dropped(): number | undefined {
    return packetsDropped(this.#said);
  }

  /** Has the program end and count. */
  async end(clock: Clock): Promise<void> {
    const counted = new Promise<void>((resolve) => {
      this.#counted = resolve;
    });
    try {
      await this.container?.kill({ signal: 'SIGINT' });
    } catch {
      return; // it has ended already, and counted or not
    }
    await within(clock, END_WITHIN_MS, counted);
  }
}
