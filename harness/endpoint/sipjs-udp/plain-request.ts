/// <reference path="./sipjs-udp.d.ts" />
import type { IncomingMessage } from 'sipjs-udp';
import type { ExtraHeaders, OutgoingRequest, RequestOptions } from '../endpoint.js';
import type { Agent } from './agent.js';

/** A request outside a dialog that makes none. */
export class PlainRequest implements OutgoingRequest {
  readonly callId: string;
  readonly done: Promise<number | undefined>;
  #finalStatus: number | undefined;
  #settle: () => void = () => {};

  /** Sends the request at once. */
  constructor(
    agent: Agent,
    method: string,
    target: string,
    { headers = [], to, callId }: RequestOptions,
    content?: { readonly type: string; readonly text: string },
  ) {
    this.callId = callId ?? agent.newCallId();
    this.done = new Promise((resolve) => {
      this.#settle = () => resolve(this.#finalStatus);
    });
    agent.scope.run(() => {
      const options = { ...agent.requestOptions(this.callId, headersFor(method, headers)), ...contentOptions(content) };
      const context = new agent.sip.ClientContext(agent.ua, method, target, options);
      agent.route(context.request, target, to);
      context.on('accepted', ({ status_code }: IncomingMessage) => this.#finished(status_code));
      context.on('failed', (response: IncomingMessage | null) => this.#finished(response?.status_code));
      context.send();
    });
  }

  get finalStatus(): number | undefined {
    return this.#finalStatus;
  }

  /** The agent is torn down. */
  abandon(): void {
    this.#settle();
  }

  #finished(status: number | undefined): void {
    this.#finalStatus = status;
    this.#settle();
  }
}

function headersFor(method: string, headers: ExtraHeaders): ExtraHeaders {
  // RFC 3261 §11.1: Accept says which bodies we understand.
  return method === 'OPTIONS' ? [['Accept', 'application/sdp, text/plain'], ...headers] : headers;
}

function contentOptions(content: { readonly type: string; readonly text: string } | undefined): { contentType?: string; body?: string } {
  return content ? { contentType: content.type, body: content.text } : {};
}
