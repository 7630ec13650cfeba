import { AttemptFollower } from '../diagnosis/attempt-follower.js';
import type { RequestOutcome } from '../diagnosis/request-outcome.js';
import type { SocketAddress } from '../platform/socket-address.js';
import { type AttemptWatch, InvitationWatch, type WatchOptions } from './invitation-watch.js';
import type { AttemptState } from './model.js';
import type { Placed } from './placed.js';
import { RequestTrail } from './request-trail.js';
import { RequestWatch } from './request-watch.js';

export interface AttemptStatesOptions extends WatchOptions {
  /** ms */
  readonly timerC: number;
}

/** Where the attempts of a running case stand, by their labels in the script. */
export class AttemptStates {
  readonly #invitations: AttemptFollower;
  readonly #requests = new Map<string, RequestTrail>();
  readonly #watches = new Map<string, AttemptWatch>();
  readonly #unsubscribe: () => void;

  constructor(private readonly options: AttemptStatesOptions) {
    const { horizonMs, timerC, trace } = options;
    this.#invitations = new AttemptFollower({ horizonMs, timerC });
    this.#unsubscribe = trace.subscribe((event) => {
      this.#invitations.add(event);
      for (const request of this.#requests.values()) request.add(event);
    });
  }

  /** Follows an INVITE that was sent. */
  followInvitation(label: string, call: Placed): void {
    this.#watches.set(label, new InvitationWatch(call, this.#invitations, this.options));
  }

  /** Follows another request that was sent just now. */
  followRequest(label: string, originator: SocketAddress, request: Placed, method: string): void {
    const trail = new RequestTrail(this.options.trace.events, originator, request, method);
    this.#requests.set(label, trail);
    this.#watches.set(label, new RequestWatch(trail, this.options));
  }

  stop(): void {
    this.#unsubscribe();
  }

  /** What became of a request that is followed under this label. */
  requestOutcome(label: string): RequestOutcome | undefined {
    return this.#requests.get(label)?.outcome;
  }

  is(label: string, state: AttemptState): boolean {
    return this.#watches.get(label)?.is(state) ?? false;
  }

  isSettled(label: string): boolean {
    return this.#watches.get(label)?.isSettled() ?? false;
  }

  quietAt(label: string): number | undefined {
    return this.#watches.get(label)?.quietAt();
  }

  isProven(label: string): boolean {
    return this.#watches.get(label)?.isProven() ?? false;
  }
}
