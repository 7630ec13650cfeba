import type { SipRequest } from '../sip/message.js';
import type { AgentCore } from './agent-core.js';
import type { OutgoingRequest, RequestOptions } from './endpoint.js';
import { Exchange } from './exchange.js';

/** A request outside a dialog that makes none: one question, one answer (RFC 3261 §8.1). */
export class OneShotRequest implements OutgoingRequest {
  readonly callId: string;
  readonly done: Promise<number | undefined>;
  #finalStatus: number | undefined;

  /** Sends the request at once. */
  constructor(core: AgentCore, request: SipRequest, options: RequestOptions) {
    this.callId = request.callId ?? '';
    const hop = core.hopTo(request.requestUri, options);
    let sequence = request.cseq?.sequence ?? 0;
    this.done = new Promise((resolve) => {
      const exchange = new Exchange(
        core,
        request,
        { hop, nextSequence: () => ++sequence },
        {
          final: ({ status }) => {
            this.#finalStatus = status;
            resolve(status);
          },
          failed: () => resolve(undefined),
          abandoned: () => resolve(undefined),
        },
      );
      exchange.start();
    });
  }

  get finalStatus(): number | undefined {
    return this.#finalStatus;
  }
}
