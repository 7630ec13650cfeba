import { AttemptFollower } from '../diagnosis/attempt-follower.js';
import { RequestFollower, type RequestOutcome } from '../diagnosis/request-outcome.js';
import type { SocketAddress } from '../platform/socket-address.js';
import { type AttemptWatch, InvitationWatch, type WatchOptions } from './invitation-watch.js';
import type { AttemptState } from './model.js';
import { RequestWatch } from './request-watch.js';

export interface AttemptStatesOptions extends WatchOptions {
  /** ms */
  readonly timerC: number;
}

/** Where the attempts of a running case stand, by their labels in the script. */
export class AttemptStates {
  readonly #invitations: AttemptFollower;
  readonly #requests = new Map<string, RequestFollower>();
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
  followInvitation(label: string, callId: string): void {
    this.#watches.set(label, new InvitationWatch(callId, this.#invitations, this.options));
  }

  /** Follows another request that was sent just now. */
  followRequest(label: string, originator: SocketAddress, callId: string, method: string): void {
    const follower = new RequestFollower(originator, callId, method);
    for (const event of this.options.trace.events) follower.add(event);
    this.#requests.set(label, follower);
    this.#watches.set(label, new RequestWatch(follower, this.options));
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
