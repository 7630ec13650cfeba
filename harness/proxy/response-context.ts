import { createResponse } from '../sip/create-response.js';
import type { SipRequest, SipResponse } from '../sip/message.js';
import type { Flow } from '../transaction/flow.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import { bestResponse } from './best-response.js';
import type { Branch, BranchListener, CancelCause } from './branch.js';
import { shares } from './breadth.js';
import type { Target } from './target-set.js';

/** What a response context needs from its proxy. */
export interface ContextPorts {
  /** Forwards the request to a target, with a share of its breadth; the branch reports to the listener, perhaps before this returns. */
  open(target: Target, share: number, listener: BranchListener): Branch;
  /** The trust decision on a final response 300–699. */
  mayRoute(response: SipResponse, flow: Flow): boolean;
  /** A provisional response or a 2xx is about to go upstream; of 2xx each one. */
  passing(response: SipResponse): void;
  /** The final response goes upstream; `flow` is undefined where the proxy made it itself. */
  forwarding(response: SipResponse, flow: Flow | undefined): void;
  /** A 2xx after the first: the server transaction has sent its final response (§16.7 item 9). */
  sendStatelessly(response: SipResponse): void;
  newTag(): string;
  /** All branches have ended, and the originator has its final response, or will get none. */
  closed(): void;
}

/**
 * RFC 3261 §16.7: what came back on the branches of one request, and what of it goes upstream.
 *
 * Deliberate deviation, for the quirk `lcs2003`: a branch whose final response was absorbed has ended and adds no
 * candidate. With nothing but such branches there is nothing to send, so the context stays open until the originator
 * cancels, also past Timer C.
 */
export class ResponseContext {
  readonly #branches: Branch[] = [];
  readonly #collected = new Set<Branch>();
  readonly #finals: { readonly response: SipResponse; readonly flow: Flow | undefined }[] = [];
  #waiting: readonly Target[];
  #opening = false;
  #cancelled = false;
  #finalSent = false;
  #open = true;

  /**
   * @param targets at least one, by falling preference
   * @param breadth the most branches at the same time, at least one
   */
  constructor(
    readonly server: ServerTransaction,
    targets: readonly Target[],
    private readonly breadth: number,
    private readonly ports: ContextPorts,
  ) {
    this.#waiting = targets;
  }

  start(): void {
    this.server.onEnded(() => this.#serverEnded());
    this.#openNext();
  }

  /** The originator sent CANCEL; that was answered before (§16.10). */
  cancel(): void {
    this.#cancelled = true;
    this.#waiting = [];
    this.#cancelBranches('originator');
    this.#review();
  }

  /** The proxy stops. */
  abandon(): void {
    this.#open = false;
    for (const branch of this.#branches) branch.abandon();
  }

  get request(): SipRequest {
    return this.server.request;
  }

  get #isInvite(): boolean {
    return this.request.method === 'INVITE';
  }

  /** All targets of the highest preference left are tried at the same time (§16.6), as far as the breadth goes (RFC 5393 §5.3.3). */
  #openNext(): void {
    const q = this.#waiting[0]?.q;
    const group = this.#waiting.filter((target) => target.q === q).slice(0, this.breadth);
    this.#waiting = this.#waiting.slice(group.length);
    const parts = shares(this.breadth, group.length);
    this.#opening = true; // a branch may end while its siblings are still to be opened
    for (const [index, target] of group.entries()) this.#branches.push(this.#openBranch(target, parts[index] ?? 0));
    this.#opening = false;
    this.#review();
  }

  #openBranch(target: Target, share: number): Branch {
    return this.ports.open(target, share, {
      provisional: (response) => {
        if (!this.#isInvite) return; // RFC 4320 §4.1: nothing but 100, which is hop by hop
        this.ports.passing(response);
        this.server.respond(response); // which discards it after a final (§17.2.1)
      },
      success: (response, flow) => this.#forwardSuccess(response, flow),
      mayRoute: (response, flow) => this.ports.mayRoute(response, flow),
      ended: () => this.#review(),
    });
  }

  /** §16.7 items 5, 9 and 10: every 2xx to an INVITE goes upstream at once, and what still rings is cancelled. */
  #forwardSuccess(response: SipResponse, flow: Flow): void {
    this.ports.passing(response);
    if (this.#finalSent) {
      if (this.#isInvite) this.ports.sendStatelessly(response);
      return;
    }
    this.#finalSent = true;
    this.ports.forwarding(response, flow);
    this.server.respond(response);
    this.#cancelBranches('decided elsewhere');
  }

  /** After every change: is a decision due? */
  #review(): void {
    if (!this.#open || this.#opening) return;
    this.#collect();
    const declined = this.#finals.some(({ response }) => response.status >= 600);
    if (declined) {
      this.#waiting = [];
      this.#cancelBranches('decided elsewhere'); // §16.7 item 5: a 6xx speaks for all
    }
    if (this.#branches.some((branch) => branch.end === undefined)) return;
    if (this.#finalSent) return this.#close();
    if (this.#waiting.length > 0) return this.#openNext();
    this.#decide();
  }

  /** Turns the ends of branches into candidates, once each, in the order in which they came. */
  #collect(): void {
    for (const branch of this.#branches) {
      if (branch.end === undefined || this.#collected.has(branch)) continue;
      this.#collected.add(branch);
      const { end } = branch;
      if (end.kind === 'final') this.#addFinal(end.response, end.flow);
      else if (end.kind === 'silent') this.#addFinal(this.#own(408), undefined);
      else if (end.kind === 'cancelled') this.#finals.push({ response: this.#own(487), flow: undefined });
      else if (end.kind === 'unreachable') this.#finals.push({ response: this.#own(503), flow: undefined });
    }
  }

  /** RFC 4320 §4.2: no 408 answers a request other than INVITE; it would come when the originator has given up by himself. */
  #addFinal(response: SipResponse, flow: Flow | undefined): void {
    if (this.#isInvite || response.status !== 408) this.#finals.push({ response, flow });
  }

  /** All branches have ended without a 2xx. */
  #decide(): void {
    const candidates = this.#finals.map(({ response }) => response);
    if (candidates.length > 0) {
      const best = bestResponse(this.request, candidates, this.#cancelled, () => this.ports.newTag());
      this.#finish(best, this.#finals.find(({ response }) => response === best)?.flow);
    } else if (this.#cancelled) {
      // Deviation from §16.10, which leaves the 487 to the callee: his final was absorbed, and no other will come.
      this.#finish(this.#own(487), undefined);
    } else if (!this.#isInvite) this.#finishSilently();
    // else: only absorbed branches, so the originator goes on waiting
  }

  #finish(response: SipResponse, flow: Flow | undefined): void {
    this.#finalSent = true;
    this.ports.forwarding(response, flow);
    this.server.respond(response);
    this.#close();
  }

  /** RFC 4320 §4.2: an element that cannot answer in time does not answer at all. */
  #finishSilently(): void {
    this.#finalSent = true;
    this.server.stayMute?.();
    this.#close();
  }

  #cancelBranches(cause: CancelCause): void {
    for (const branch of this.#branches) branch.cancel(cause);
  }

  /** Before a final only where the originator cannot be reached: then nobody waits for the branches any more. */
  #serverEnded(): void {
    if (!this.#open || this.#finalSent) return;
    this.#finalSent = true;
    this.#cancelBranches('decided elsewhere');
    this.#review();
  }

  #own(status: number): SipResponse {
    return createResponse(this.request, status, { toTag: this.ports.newTag() });
  }

  /** The server transaction lives on for the ACK; branches and responses must not live on with it. */
  #close(): void {
    this.#open = false;
    this.server.onEnded(() => {});
    this.#branches.length = 0;
    this.#finals.length = 0;
    this.#collected.clear();
    this.ports.closed();
  }
}
