import type { Behaviour } from '../behaviour.js';
import { matches, rejection, same } from '../expectation.js';
import type { World } from '../world.js';
import { proxied } from './proxied-call.js';

async function tooManyHops(world: World): Promise<void> {
  const bob = await world.peer('bob');
  const { call, result } = await proxied(world, [bob], {}, { maxForwards: 0 });
  call.acknowledge(await call.expect(483));
  const error = await rejection(result, 'proxyRequest');
  same(error.message, 'Rejected with 483 Too Many Hops due to Max-Forwards value of 0', 'error');
  await world.settle();
  same(bob.untaken, [], 'what the callee got');
}

async function unknownTransaction(world: World): Promise<void> {
  const control = await world.control();
  const bob = await world.peer('bob');
  const id = '00000000-0000-4000-8000-000000000000';
  const sip = `INVITE ${bob.uri} SIP/2.0\r\nContent-Length: 0\r\n\r\n`;
  const { tokens } = await control.ask(`proxy|${id}||fullResponse||serial|||${bob.uri}`, sip);
  same(tokens.slice(3), ['NOK', `Unknown transaction id: ${id}`], 'answer');
  await world.settle();
  same(bob.untaken, [], 'what the peer got');
}

async function nowhereToGo(world: World): Promise<void> {
  const control = await world.control();
  await control.ask('route|invite');
  const alice = await world.peer('alice');
  const call = await alice.invite();
  const { transactionId } = await control.next('sip');
  const { tokens } = await control.ask(
    `proxy|${transactionId}||fullResponse||serial|||nonsense`,
    'INVITE nonsense SIP/2.0\r\nContent-Length: 0\r\n\r\n',
  );
  same(tokens[3], 'NOK', 'answer');
  matches(tokens[4], /^error proxying request to /, 'reason');
  call.acknowledge(await call.expect(500));
}

export const PROXY_REFUSALS: readonly Behaviour[] = [
  {
    id: 'proxy/too-many-hops',
    title: 'Max-Forwards 0 is answered with 483, and the application told so',
    source: 'protocol §6; RFC 3261 §16.3',
    basis: 'read',
    run: tooManyHops,
  },
  {
    id: 'proxy/nowhere-to-go',
    title: 'A destination that is no URI is refused, and the caller gets 500',
    source: 'protocol §6',
    basis: 'read',
    run: nowhereToGo,
  },
  {
    id: 'proxy/unknown-transaction',
    title: 'A proxy command for a transaction that does not exist is refused with its id',
    source: 'protocol §6',
    basis: 'read',
    run: unknownTransaction,
  },
];
