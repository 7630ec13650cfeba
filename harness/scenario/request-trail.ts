import { RequestFollower, type RequestOutcome } from '../diagnosis/request-outcome.js';
import type { SocketAddress } from '../platform/socket-address.js';
import type { TraceEvent } from '../trace/event.js';

/** What an endpoint says of a request or a call that it makes. */
export interface Placed {
  /** Empty for as long as the endpoint does not know it: some draw it themselves, a moment later. */
  readonly callId: string;
}

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
