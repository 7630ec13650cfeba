import type { App, Arrival } from '../apps/app.js';
import type { ProxyOptions, ProxyResult } from '../apps/srf.js';
import { check, later, matches, same } from '../expectation.js';
import { OFFER } from '../peers/identity.js';
import type { Peer, RequestOptions } from '../peers/peer.js';
import type { SipText } from '../peers/sip-text.js';
import type { Transaction } from '../peers/transaction.js';
import type { World } from '../world.js';

/** A call that an app proxies. */
export interface Proxied {
  readonly app: App;
  readonly alice: Peer;
  readonly call: Transaction;
  readonly arrival: Arrival;
  readonly result: Promise<ProxyResult>;
}

export async function proxied(
  world: World,
  targets: readonly Peer[],
  options?: ProxyOptions,
  request: RequestOptions = {},
): Promise<Proxied> {
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  const call = await alice.invite({ body: OFFER, ...request });
  const arrival = await app.next('INVITE');
  const result = later(
    app.srf.proxyRequest(
      arrival.req,
      targets.map(({ uri }) => uri),
      options,
    ),
  );
  return { app, alice, call, arrival, result };
}

/** The branch of a proxied request at a callee, held against what the caller sent. */
export function checkForwarded(world: World, invite: SipText, sent: SipText, uri: string): void {
  same(invite.requestUri, uri, 'Request-URI of the forwarded request');
  const [own, callers] = invite.list('via');
  matches(own, new RegExp(`^SIP/2\\.0/UDP ${world.serverHostPort};rport;branch=z9hG4bK\\S+$`), "server's Via");
  check(callers?.startsWith(sent.get('via') ?? '-') && /;rport=\d+/.test(callers), `the caller's Via became ${callers}`);
  same(invite.list('via').length, 2, 'number of Via elements');
  same(invite.get('max-forwards'), '69', 'Max-Forwards');
  for (const name of ['from', 'to', 'call-id', 'cseq', 'contact', 'content-type'])
    same(invite.get(name), sent.get(name), `${name} of the forwarded request`);
  same(invite.body.toString(), sent.body.toString(), 'body of the forwarded request');
}
