import type { MessageBase } from '../sip/message.js';

/**
 * The dialogs that were set up through this proxy. Requests within them pass unchallenged; a To tag alone proves nothing,
 * since anyone can write one, so without this memory the way past the challenge would be open.
 */
export class KnownDialogs {
  readonly #keys = new Set<string>();

  constructor(private readonly capacity: number) {}

  get size(): number {
    return this.#keys.size;
  }

  /** From a response with both tags; when there are too many, the oldest goes. */
  remember(message: MessageBase): void {
    const key = dialogKey(message);
    if (key === undefined || this.#keys.has(key)) return;
    const oldest = this.#keys.size >= this.capacity ? this.#keys.values().next() : undefined;
    if (oldest?.done === false) this.#keys.delete(oldest.value);
    this.#keys.add(key);
  }

  forget(message: MessageBase): void {
    const key = dialogKey(message);
    if (key !== undefined) this.#keys.delete(key);
  }

  includes(message: MessageBase): boolean {
    const key = dialogKey(message);
    return key !== undefined && this.#keys.has(key);
  }
}

/** The same whichever side sends (RFC 3261 §12). */
function dialogKey({ callId, fromTag, toTag }: MessageBase): string | undefined {
  if (callId === undefined || fromTag === undefined || toTag === undefined) return undefined;
  return fromTag < toTag ? `${fromTag} ${toTag} ${callId}` : `${toTag} ${fromTag} ${callId}`;
}
