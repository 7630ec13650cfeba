import type { OutgoingRequest } from '../endpoint.js';
import type { BaresipAgent } from './baresip-agent.js';
import { REQUEST_PATIENCE_MS, type SentRequest } from './sent-requests.js';

/** A request outside a dialog that makes none. */
export class BaresipRequest implements OutgoingRequest {
  readonly done: Promise<number | undefined>;
  readonly #sent: SentRequest;

  /** @param command gives the command; resolves to whether it was carried out */
  constructor(agent: BaresipAgent, method: 'MESSAGE' | 'OPTIONS', command: (isOver: () => boolean) => Promise<boolean>) {
    this.#sent = agent.sent.expect(method);
    const isOver = (): boolean => this.finalStatus !== undefined;
    this.done = command(isOver).then(async (ok) => {
      if (ok) await agent.until(isOver, REQUEST_PATIENCE_MS);
      else agent.sent.withdraw(this.#sent);
      return this.finalStatus;
    });
  }

  /** Drawn by baresip; empty until the request is on its way. */
  get callId(): string {
    return this.#sent.callId;
  }

  get finalStatus(): number | undefined {
    return this.#sent.finalStatus;
  }
}
