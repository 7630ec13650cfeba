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

interface Followed {
  readonly label: string;
  readonly placed: Placed;
  /** On the clock. */
  readonly begun: number;
  /** Of a request other than INVITE. */
  readonly request?: { readonly originator: SocketAddress; readonly method: string };
}

/** Where the attempts of a running case stand, by their labels in the script. */
export class AttemptStates {
  readonly #invitations: AttemptFollower;
  readonly #followed: Followed[] = [];
  readonly #requests = new Map<string, RequestTrail>();
  readonly #watches = new Map<string, AttemptWatch>();
  readonly #unsubscribe: () => void;

  /** @param invitations that has followed the trace so far, where there is one */
  constructor(
    private readonly options: AttemptStatesOptions,
    invitations?: AttemptFollower,
  ) {
    const { horizonMs, timerC, trace } = options;
    this.#invitations = invitations ?? new AttemptFollower({ horizonMs, timerC });
    this.#unsubscribe = trace.subscribe((event) => {
      this.#invitations.add(event);
      for (const request of this.#requests.values()) request.add(event);
    });
  }

  /** Follows an INVITE that was sent just now. */
  followInvitation(label: string, placed: Placed): void {
    this.#follow({ label, placed, begun: this.options.clock.now() });
  }

  /** Follows another request that was sent just now. */
  followRequest(label: string, originator: SocketAddress, placed: Placed, method: string): void {
    this.#follow({ label, placed, begun: this.options.clock.now(), request: { originator, method } });
  }

  /**
   * How things stood at a moment up to which all is known by now: what came later bears on nothing, however long it took
   * to know.
   * @param elapsed ms of the trace
   */
  asOf(elapsed: number): AttemptStates {
    const { clock, trace } = this.options;
    const moment = clock.now() - trace.elapsed + elapsed;
    const events = trace.events.filter(({ time }) => time <= elapsed);
    const past = { ...this.options, clock: { now: () => moment }, trace: { elapsed, events, subscribe: () => () => {} } };
    // Many cases may ask at once, when their horizons end together: what has been read is read again only where more has come.
    const isAllKnown = events.length === trace.events.length;
    const states = new AttemptStates(past, isAllKnown ? this.#invitations : undefined);
    if (!isAllKnown) for (const event of events) states.#invitations.add(event);
    for (const followed of this.#followed) states.#follow(followed);
    return states;
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

  #follow(followed: Followed): void {
    const { label, placed, begun, request } = followed;
    this.#followed.push(followed);
    if (!request) {
      this.#watches.set(label, new InvitationWatch(placed, begun, this.#invitations, this.options));
      return;
    }
    const trail = new RequestTrail(this.options.trace.events, request.originator, placed, request.method);
    this.#requests.set(label, trail);
    this.#watches.set(label, new RequestWatch(trail, begun, this.options));
  }
}
