import { createHash } from 'node:crypto';
import { MAGIC_COOKIE } from '../sip/branch.js';
import type { SipRequest, SipResponse } from '../sip/message.js';
import { parseUri } from '../sip/uri.js';
import type { Flow } from '../transaction/flow.js';
import type { Core } from './core.js';
import type { NextHop } from './next-hop.js';
import { uriAddress } from './uri-address.js';

/** Whether the top Route of a request is this server, which put itself there by Record-Route. */
export function namesThisServer(request: SipRequest, nextHop: NextHop): boolean {
  const [route] = request.routes;
  const address = route && uriAddress(route.uri);
  return address !== undefined && nextHop.isOwn(address);
}

/** Requests inside dialogs whose INVITE was proxied: they pass through, without a transaction and without the applications. */
export class PassingRequests {
  constructor(
    private readonly core: Core,
    private readonly nextHop: NextHop,
  ) {}

  isPassing(request: SipRequest): boolean {
    return namesThisServer(request, this.nextHop);
  }

  /** @returns false where nobody knows whereto */
  forward(request: SipRequest, flow: Flow, octets: number): boolean {
    const { core } = this;
    const copy = request.clone();
    while (namesThisServer(copy, this.nextHop)) copy.headers.removeFirst('Route');
    if (!core.habits.ignoresMaxForwardsInDialogs) copy.headers.set('Max-Forwards', String((request.maxForwards ?? 71) - 1));
    const [route] = copy.routes;
    const uri = parseUri(copy.requestUri);
    const remote = route ? uriAddress(route.uri) : uri.ok ? uriAddress(uri.value) : undefined;
    const outgoing = remote && this.nextHop.listenerTowards(remote, () => request);
    if (!remote || !outgoing || this.nextHop.isOwn(remote)) return false;
    const isBye = request.method === 'BYE';
    if (isBye) core.cdr.stop(core.sightings.received(octets, flow.remote), 'normal-release', withoutRoutes(request, this.nextHop));
    core.layer.sendRequest(copy, { listener: outgoing, remote }, { branch: branchOf(request) });
    const sent = copy.toBuffer();
    if (isBye) core.cdr.stop(core.sightings.sent(sent.length, remote), 'normal-release', sent);
    return true;
  }

  /** The response to such a request: on to whom the next Via names (RFC 3261 §16.11). */
  respond(response: SipResponse): void {
    const upward = response.clone();
    upward.headers.removeFirst('Via');
    const listener = this.core.layer.listeners.find(({ sentBy }) => sentBy === response.topVia?.sentBy);
    if (listener && upward.headers.has('Via')) this.core.layer.sendResponse(upward, listener);
  }
}

/** RFC 3261 §16.11: the same for a request, its repetitions, its CANCEL and the ACK of its failure, which must all find its transaction. */
function branchOf(request: SipRequest): string {
  const via = request.topVia;
  const digest = createHash('sha256').update(`${via?.branch}|${via?.sentBy.toLowerCase()}|${request.callId}|${request.cseq?.sequence}`);
  return MAGIC_COOKIE + digest.digest('hex').slice(0, 24);
}

/** As the real server records it: the message that came, its own Route taken off. */
function withoutRoutes(request: SipRequest, nextHop: NextHop): Buffer {
  const shown = request.clone();
  while (namesThisServer(shown, nextHop)) shown.headers.removeFirst('Route');
  return shown.toBuffer();
}
