import type { Timer } from '../../platform/clock.js';
import type { ExtraHeaders, OutgoingRequest } from '../endpoint.js';
import type { SippAgent } from './sipp-agent.js';

/** sipp sends a request seven times and more in this time, ms, and then says nothing of having given it up. */
const PATIENCE_MS = 32_000;

export interface RequestText {
  readonly target: string;
  readonly headers: ExtraHeaders;
  readonly body?: string;
}

/** A request outside a dialog that makes none. */
export class SippRequest implements OutgoingRequest {
  readonly callId: string;
  readonly done: Promise<number | undefined>;
  readonly #patience: Timer;
  #finalStatus: number | undefined;
  #settle: () => void = () => {};

  /** Sends the request at once. */
  constructor(agent: SippAgent, verb: 'register' | 'message' | 'options', { target, headers, body = '' }: RequestText) {
    this.callId = agent.newCallId();
    this.done = new Promise((resolve) => {
      this.#settle = () => resolve(this.#finalStatus);
    });
    this.#patience = agent.options.clock.setTimer(PATIENCE_MS, () => this.#settle());
    agent.watch(this.callId, ({ message }) => {
      if (message?.kind === 'response') this.#finalStatus = message.status;
      this.abandon();
    });
    agent.begin({ callId: this.callId, verb, fields: { Target: target }, headers, body });
  }

  get finalStatus(): number | undefined {
    return this.#finalStatus;
  }

  /** The agent is torn down, or the answer has come. */
  abandon(): void {
    this.#patience.cancel();
    this.#settle();
  }
}
