import { RequestFollower, type RequestOutcome } from '../diagnosis/request-outcome.js';
import type { SocketAddress } from '../platform/socket-address.js';
import type { TraceEvent } from '../trace/event.js';
import { mayMeetChallenge, type Placed } from './placed.js';

const NOTHING_YET: RequestOutcome = { finalAtOriginator: null, finalAtCallee: null, reached: [] };

/** Follows one request other than INVITE through a trace, from when its Call-ID is known, and then from the trace's beginning. */
export class RequestTrail {
  #follower: RequestFollower | undefined;

  /** @param events all that was seen so far, and will be */
  constructor(
    private readonly events: readonly TraceEvent[],
    private readonly originator: SocketAddress,
    private readonly request: Placed,
    private readonly method: string,
  ) {}

  get outcome(): RequestOutcome {
    this.#follower ??= this.#start();
    return this.#follower?.outcome ?? NOTHING_YET;
  }

  /** Whether no other final will come of it. */
  get isFinal(): boolean {
    const { finalAtOriginator } = this.outcome;
    return finalAtOriginator !== null && !mayMeetChallenge(finalAtOriginator, this.request);
  }

  add(event: TraceEvent): void {
    this.#follower?.add(event);
  }

  #start(): RequestFollower | undefined {
    const { callId } = this.request;
    if (callId === '') return undefined;
    const follower = new RequestFollower(this.originator, callId, this.method);
    for (const event of this.events) follower.add(event);
    return follower;
  }
}
