import type { DatagramNetwork } from '../platform/datagram-network.js';
import { parseMessage } from '../sip/parse-message.js';

/**
 * Calls that earlier cases made through a proxy that outlives them. It may repeat an INVITE long after its case has
 * ended, and the next case's callee, at the same address, must not take it for a call of its own and be busy.
 */
export class PastCalls {
  readonly #past = new Set<string>();
  readonly #present = new Set<string>();

  /** All calls that were heard of so far belong to the past from now on. */
  turnPage(): void {
    for (const callId of this.#present) this.#past.add(callId);
    this.#present.clear();
  }

  /** A network like `inner`, at whose sockets nothing of past calls arrives. */
  network(inner: DatagramNetwork): DatagramNetwork {
    return {
      bind: (local, handlers) =>
        inner.bind(local, {
          datagram: (payload, source) => {
            if (!this.#isPast(payload)) handlers.datagram(payload, source);
          },
          error: (error) => handlers.error?.(error),
        }),
    };
  }

  #isPast(payload: Buffer): boolean {
    const parsed = parseMessage(payload);
    const callId = parsed.ok ? parsed.value.callId : undefined;
    if (callId === undefined) return false;
    if (this.#past.has(callId)) return true;
    this.#present.add(callId);
    return false;
  }
}
