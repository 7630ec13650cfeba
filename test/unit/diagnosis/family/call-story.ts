import type { Outcome } from '../../../../harness/diagnosis/attempt.js';
import type { Random } from '../../../../harness/platform/random.js';
import type { SocketAddress } from '../../../../harness/platform/socket-address.js';
import { CallPath, type Network } from './call-path.js';
import type { Datagram, Hop } from './wire-log.js';

/** What truly happened, from the story itself. */
export interface Truth {
  readonly story: string;
  readonly callIds: readonly string[];
  readonly originator: SocketAddress;
  /** Null where of several any may be named. */
  readonly callee: SocketAddress | null;
  readonly hops: readonly SocketAddress[];
  readonly outcome: Outcome;
  readonly finalAtCallee: number | null;
  readonly finalAtOriginator: number | null;
  readonly loss: { readonly kind: string; readonly hop: SocketAddress | null } | null;
}

export interface ToldCall {
  readonly datagrams: readonly Datagram[];
  readonly truth: Truth;
}

type Ending = Pick<Truth, 'outcome' | 'finalAtCallee' | 'finalAtOriginator'> & Partial<Pick<Truth, 'callee' | 'loss'>>;

/** A path whose INVITE has gone down to the last of the chain, and which of the chain is at fault. */
interface Scene {
  readonly path: CallPath;
  readonly target: Hop;
  readonly status: number;
  readonly at: number;
  /** The element at fault. */
  readonly hop: SocketAddress;
  /** The leg on which it gets the final. */
  readonly below: Hop;
}

type Teller = (scene: Scene) => Ending;

const lostBy = (kind: string, { hop }: Scene): Pick<Truth, 'loss'> => ({ loss: { kind, hop } });
const pending = (scene: Scene): Ending => ({ outcome: 'pending', finalAtCallee: scene.status, finalAtOriginator: null });

/** The final comes as far as the element at fault, which ACKs it. */
function comeToHop({ path, target, status, at }: Scene): void {
  path.alert(target);
  path.pass(target, status);
  path.passUp(status, { until: at + 1 });
}

/** The final comes as far as the element at fault, which is deaf. */
function comeToDeafHop({ path, target, status, at, below }: Scene): void {
  path.alert(target);
  if (below !== target) {
    path.pass(target, status);
    path.passUp(status, { until: at + 2 });
  }
  path.repeat(below, status);
}

function terminate(path: CallPath, legs: readonly Hop[]): void {
  path.cancel(legs);
  for (const leg of legs.toReversed()) path.pass(leg, 487);
}

function delivered({ path, target, status }: Scene): Ending {
  path.alert(target);
  path.pass(target, status);
  path.passUp(status);
  return { outcome: 'delivered', finalAtCallee: status, finalAtOriginator: status };
}

const TELLERS = {
  delivered,
  answered: ({ path, target }) => {
    path.alert(target);
    path.answer(target);
    return { outcome: 'answered', finalAtCallee: 200, finalAtOriginator: 200 };
  },
  swallowed: (scene) => {
    comeToHop(scene);
    return { ...pending(scene), ...lostBy('swallowed', scene) };
  },
  'not-acked': (scene) => {
    comeToDeafHop(scene);
    return { ...pending(scene), ...lostBy('not-acked', scene) };
  },
  misdelivered: (scene) => {
    comeToHop(scene);
    const { path, status, at } = scene;
    const up = path.hops[at] as Hop;
    const elsewhere = path.random.below(2) === 0;
    const address = { address: elsewhere ? '203.0.113.77' : up.source.address, port: up.source.port + 7 };
    path.repeat(up, status, { astray: { machine: elsewhere ? null : up.sender, address } });
    return { ...pending(scene), ...lostBy('misdelivered', scene) };
  },
  'not-accepted': (scene) => {
    comeToHop({ ...scene, at: 0 });
    const first = scene.path.hops[0] as Hop;
    scene.path.repeat(first, scene.status, { branch: 'z9hG4bKbroken' });
    return { ...pending(scene), loss: { kind: 'not-accepted', hop: first.source } };
  },
  'lost-on-wire': (scene) => {
    comeToHop(scene);
    scene.path.repeat(scene.path.hops[scene.at] as Hop, scene.status, { lost: true });
    return { ...pending(scene), loss: { kind: 'lost-on-wire', hop: null } };
  },
  altered: (scene) => {
    comeToHop(scene);
    scene.path.passUp(500, { from: scene.at });
    return { outcome: 'altered', finalAtCallee: scene.status, finalAtOriginator: 500 };
  },
  'swallowed-then-408': (scene) => {
    comeToHop(scene);
    scene.path.log.wait(30_000);
    scene.path.passUp(408, { from: scene.at });
    return { outcome: 'altered', finalAtCallee: scene.status, finalAtOriginator: 408, ...lostBy('swallowed', scene) };
  },
  'not-acked-then-408': (scene) => {
    comeToDeafHop(scene);
    scene.path.log.wait(20_000);
    scene.path.passUp(408, { from: scene.at });
    return { outcome: 'altered', finalAtCallee: scene.status, finalAtOriginator: 408, ...lostBy('not-acked', scene) };
  },
  cancelled: ({ path, target }) => {
    path.alert(target);
    terminate(path, [...path.hops, target]);
    return { outcome: 'cancelled', finalAtCallee: 487, finalAtOriginator: 487 };
  },
  'swallowed-then-cancelled': (scene) => {
    comeToHop(scene);
    scene.path.log.wait(15_000);
    terminate(scene.path, scene.path.hops.slice(0, scene.at + 1));
    return { outcome: 'cancelled', finalAtCallee: scene.status, finalAtOriginator: 487, ...lostBy('swallowed', scene) };
  },
  'cancel-crosses': (scene) => {
    comeToHop({ ...scene, at: 0 });
    const first = scene.path.hops[0] as Hop;
    scene.path.cancel([first]);
    scene.path.pass(first, scene.status);
    return { outcome: 'delivered', finalAtCallee: scene.status, finalAtOriginator: scene.status };
  },
  ringing: ({ path, target }) => {
    path.alert(target);
    return { outcome: 'ringing', finalAtCallee: null, finalAtOriginator: null };
  },
  unanswered: ({ path, target }) => {
    for (let count = 0; count < 7; count++) {
      target.request('INVITE');
      path.log.wait(500 * 2 ** count);
    }
    path.passUp(408);
    return { outcome: 'unanswered', finalAtCallee: null, finalAtOriginator: 408 };
  },
  // The last proxy follows the redirection itself.
  redirected: (scene) => {
    const { path, target, status } = scene;
    target.request('INVITE');
    target.respond(302, 'Moved Temporarily');
    target.request('ACK', { toTag: target.toTag });
    const other = path.tryTarget(1);
    return { ...delivered({ ...scene, target: other, status }), callee: other.receiver.address };
  },
  'fork: 486 and 480': ({ path }) => {
    const [first, second] = alertBoth(path);
    path.pass(second, 480);
    path.passUp(486);
    return { outcome: 'delivered', callee: first.receiver.address, finalAtCallee: 486, finalAtOriginator: 486 };
  },
  'fork: 486 and an answer': ({ path }) => {
    const [, second] = alertBoth(path);
    path.answer(second);
    return { outcome: 'answered', callee: second.receiver.address, finalAtCallee: 200, finalAtOriginator: 200 };
  },
  'fork: 486 and ringing': ({ path }) => {
    const [first] = alertBoth(path);
    return { outcome: 'ringing', callee: first.receiver.address, finalAtCallee: 486, finalAtOriginator: null };
  },
  'fork: two swallowed': (scene) => {
    const { path, at } = scene;
    const [, second] = alertBoth(path);
    path.pass(second, 486);
    path.passUp(486, { until: at + 1 });
    return { ...pending({ ...scene, status: 486 }), callee: null, ...lostBy('swallowed', scene) };
  },
} satisfies Record<string, Teller>;

export type Story = keyof typeof TELLERS;
export const STORIES = Object.keys(TELLERS) as Story[];

/** At once, or the second one after the first one's 486. */
function alertBoth(path: CallPath): [Hop, Hop] {
  const [first, second] = path.targets as [Hop, Hop];
  const serial = path.random.below(2) === 0;
  path.alert(first);
  if (!serial) path.alert(second);
  path.pass(first, 486);
  if (serial) path.alert(second);
  path.log.wait(50);
  return [first, second];
}

const STATUSES = [486, 486, 486, 480, 404, 603] as const;

/** Tells one call, of the random kind that the seed gives. */
export function tellCall(random: Random, network: Network, index: number, startsAt: number, story: Story): ToldCall {
  const forks = story.startsWith('fork') ? 2 : 1;
  const path = new CallPath({ random, network, index, startsAt, forks, rings: story.includes('ringing') || random.below(5) !== 0 });
  const { hops, chain, targets, callIds } = path;
  const at = random.below(hops.length);
  const target = targets[0] as Hop;
  const hop = chain[at]?.address as SocketAddress;
  const ending: Ending = TELLERS[story]({
    path,
    target,
    status: STATUSES[random.below(6)] as number,
    at,
    hop,
    below: hops[at + 1] ?? target,
  });
  const { callee = target.receiver.address, loss = null } = ending;
  const truth = {
    ...ending,
    story: [story, `at ${at}`, ...path.traits].filter((trait) => trait !== '').join(', '),
    callIds,
    originator: hops[0]?.source as SocketAddress,
    callee,
    hops: chain.map(({ address }) => address),
    loss,
  };
  return { datagrams: path.log.datagrams, truth };
}
