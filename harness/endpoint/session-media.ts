import type { AgentCore } from './agent-core.js';
import type { Media } from './media.js';
import { writeAnswer, writeOffer } from './session-description.js';

/** The descriptions that one side gives of one session: the same `o=` line, its version rising (RFC 3264 §8). */
export class SessionMedia {
  readonly #sessionId: number;
  #version = 0;

  /** @param offered the streams that this side offers if it is asked to */
  constructor(
    private readonly core: AgentCore,
    private readonly offered: readonly Media[],
  ) {
    this.#sessionId = core.random.uint32();
  }

  offer(): string {
    return writeOffer(this.#describer(), this.offered, this.core.random);
  }

  /** Undefined where nothing of the offer fits. */
  answer(offer: string): string | undefined {
    return writeAnswer(offer, this.#describer(), this.core.persona.media, this.core.random);
  }

  #describer() {
    this.#version += 1;
    return { user: this.core.user, address: this.core.address.address, sessionId: this.#sessionId, version: this.#version };
  }
}
