import type { ControlClient, ElementReply } from '../lab/container/control-client.js';
import type { Command } from '../lab/container/control-message.js';
import type { ElementChannel } from '../lab/container/remote-endpoint.js';
import { SystemClock } from '../platform/system-clock.js';
import { within } from '../platform/within.js';

const SETTLE_WITHIN_MS = 1_000;

/**
 * The way to a container for somebody's test. What could not be done while nobody waited for it, such as a call's answer, is
 * told to whoever waits next: by rejecting what he asks for, which is not done then, or at last by {@link close}.
 */
export class ToldChannel implements ElementChannel {
  readonly #untold: unknown[] = [];
  readonly #underWay = new Set<Promise<void>>();

  constructor(private readonly client: Pick<ControlClient, 'ask' | 'hear' | 'close'>) {}

  async ask(command: Command): Promise<void> {
    if (command.do === 'register' || command.do === 'trust') this.#tell();
    const asking = this.client.ask(command);
    const settled = asking.then(
      () => {},
      () => {},
    );
    if (command.do !== 'register') this.#underWay.add(settled); // which may take long, and has somebody who waits for it
    try {
      await asking;
    } finally {
      this.#underWay.delete(settled);
    }
  }

  hear(element: string, listener: (reply: ElementReply) => void): () => void {
    return this.client.hear(element, listener);
  }

  failed(error: unknown): void {
    this.#untold.push(error);
  }

  /** Lets go of the container, when it has said what became of all that it was told to do. @throws what nobody was told of */
  async close(): Promise<void> {
    await within(new SystemClock(), SETTLE_WITHIN_MS, Promise.all(this.#underWay));
    this.client.close();
    this.#tell();
  }

  /** The first counts: what failed later most often failed since that had. */
  #tell(): void {
    const untold = this.#untold.splice(0);
    if (untold.length > 0) throw untold[0];
  }
}
