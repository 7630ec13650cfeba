import type { Behaviour } from './behaviour.js';
import { later, matches, rejection, same } from './expectation.js';
import { closedPort } from './peers/closed-port.js';
import { OFFER } from './peers/identity.js';
import type { Target } from './target.js';
import type { World } from './world.js';

/** Where a server may do otherwise than the behaviour says, and why that is no fault. */
export interface Difference {
  readonly id: string;
  readonly on: Target['kind'];
  readonly why: string;
  /** What that server does in its place. Without it, either way is right. */
  readonly run?: Behaviour['run'];
}

async function timesOut(world: World): Promise<void> {
  const app = await world.app();
  const { address, port } = await closedPort(world.target.sip);
  const placing = later(app.srf.createUAC(`sip:gone@${address}:${port}`, { localSdp: OFFER }));
  same((await rejection(placing, 'createUAC', world.patience(64))).status, 408, 'status of the error');
}

/** Whether or not the caller supports them. */
function refusesReliable(...supported: string[]): Behaviour['run'] {
  return (world) => refuseReliable(world, supported);
}

async function refuseReliable(world: World, supported: readonly string[]): Promise<void> {
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  const call = await alice.invite({ body: OFFER, fields: supported.map((option) => ['Supported', option] as const) });
  const { res } = await app.next('INVITE');
  const sending = new Promise((resolve, reject) => {
    res.send(180, { headers: { Require: '100rel' } }, (error, sent) => (error ? reject(error) : resolve(sent)));
  });
  matches((await rejection(sending, '180 that is to be reliable')).message, /not carried/, 'reason');
  res.send(486);
  call.acknowledge(await call.expect(486));
}

async function requiredInVain(world: World): Promise<void> {
  const app = await world.app('invite');
  const alice = await world.peer('alice');
  const call = alice.request('INVITE', { body: OFFER, fields: [['Require', '100rel']] });
  const refusal = await call.final(420);
  call.acknowledge(refusal);
  same(refusal.get('unsupported'), '100rel', 'Unsupported'); // RFC 3261 §8.2.2.3
  await world.settle();
  same(app.told(), [], 'what the app was told');
}

async function refusesSessionTimer(world: World): Promise<void> {
  const app = await world.app();
  const bob = await world.peer('bob');
  const placing = app.srf.createUAC(bob.uri, { localSdp: OFFER, headers: { 'Session-Expires': '1800' } });
  matches((await rejection(placing, 'createUAC')).message, /not carried/, 'reason');
  await world.settle();
  same(bob.untaken, [], 'what the callee got');
}

export const DIFFERENCES: readonly Difference[] = [
  {
    id: 'lifetimes/closed-port',
    on: 'embedded',
    why: 'a UDP socket of Node that is not connected is not told of ICMP errors: 408 after 32 s in place of a 503 at once',
    run: timesOut,
  },
  {
    id: 'reliable/provisional',
    on: 'embedded',
    why: 'reliable provisional responses are not carried: the application is told so, and none goes out',
    run: refusesReliable('100rel'),
  },
  {
    id: 'reliable/unsupported',
    on: 'embedded',
    why: 'reliable provisional responses are not carried, to whomever: the application is told so in other words',
    run: refusesReliable(),
  },
  {
    id: 'reliable/required',
    on: 'embedded',
    why: 'reliable provisional responses are not carried: the caller gets 420',
    run: requiredInVain,
  },
  {
    id: 'session-timer/by-app',
    on: 'embedded',
    why: 'session timers are not carried: the application is told so, and nothing goes out',
    run: refusesSessionTimer,
  },
  {
    id: 'bad-input/64-kb-from-app',
    on: 'real',
    why: 'its SIP library sends requests above the configured udp-mtu by TCP, where a peer on UDP does not get them',
  },
];

export function differenceOf(id: string, on: Target['kind']): Difference | undefined {
  return DIFFERENCES.find((difference) => difference.id === id && difference.on === on);
}
