import { App } from '../apps/app.js';
import { emitted } from '../apps/srf.js';
import type { Behaviour } from '../behaviour.js';
import { check, matches, rejection, same, within } from '../expectation.js';
import type { World } from '../world.js';

const HOST_PORTS = /^(?:(?:udp|tcp|tls|ws|wss)\/[^,|]+:\d+)(?:,(?:udp|tcp|tls|ws|wss)\/[^,|]+:\d+)*$/;

async function rightSecret(world: World): Promise<void> {
  const control = await world.stranger();
  const { tokens } = await control.authenticate(world.target.secret);
  same(tokens.length, 7, 'number of tokens in the answer');
  same(tokens[3], 'OK', 'answer to the right secret');
  matches(tokens[4], HOST_PORTS, 'addresses in the answer');
  check(tokens[4]?.split(',').includes(`udp/${world.serverHostPort}`), `udp/${world.serverHostPort} is not among ${tokens[4]}`);
  // srf compares the version with v0.8.2 to know whether it may ping.
  matches(tokens[5], /^v\d+\.\d+\.\d+/, 'version in the answer');
  matches(tokens[6], HOST_PORTS, 'local addresses in the answer');
}

async function connectEvent(world: World): Promise<void> {
  const app = await App.connect('app', () => world.target.control, world.target.secret);
  const connected = emitted<[Error | null, ...unknown[]]>(app.srf, 'connect');
  app.tap.cut();
  const [error, hostPorts, version, localHostPorts] = await within(connected, 'return of the app');
  same(error, null, 'error of the connect event');
  matches(String(hostPorts), HOST_PORTS, 'addresses in the connect event');
  matches(String(version), /^v\d+\.\d+\.\d+/, 'version in the connect event');
  matches(String(localHostPorts), HOST_PORTS, 'local addresses in the connect event');
  await app.close();
}

async function wrongSecret(world: World): Promise<void> {
  const control = await world.stranger();
  const { tokens } = await control.authenticate(`not ${world.target.secret}`);
  same(tokens.slice(3), ['NO', 'incorrect secret'], 'answer to a wrong secret');
  await control.dropped();
}

async function wrongSecretInApp(world: World): Promise<void> {
  const secret = `not ${world.target.secret}`;
  const connecting = App.connect('app', () => world.target.control, secret, { connect: { reconnect: { maxAttempts: 1 } } });
  connecting.then(
    (app) => app.close(),
    () => undefined,
  );
  const error = await rejection(connecting, 'connection with a wrong secret');
  same(error.message, 'failed to authenticate to server', 'error of the connect event');
}

async function nothingBeforeAuthentication(world: World): Promise<void> {
  const control = await world.stranger();
  const id = control.send('route|message');
  // The server may say why or not; it must not take the route.
  await control.dropped();
  const alice = await world.peer('alice');
  await alice.request('MESSAGE').expect(503);
  const refusals = await refusalsOf(control, id);
  check(
    refusals.every((token) => token !== 'OK'),
    'a stranger was given a route',
  );
}

async function refusalsOf(control: Awaited<ReturnType<World['stranger']>>, id: string): Promise<string[]> {
  if (control.untaken.length === 0) return [];
  return [(await control.answer(id)).tokens[3] ?? ''];
}

async function withTags(world: World): Promise<void> {
  const control = await world.stranger();
  const answer = await control.ask(`authenticate|${world.target.secret}|blue,green-2`);
  check(answer.succeeded, 'the server refused an application with tags');
  const app = await world.appWith({ tags: ['blue', 'a@b:c'], routes: ['message'] });
  const authenticate = app.conversation.frames.find(({ verb }) => verb === 'authenticate');
  same(authenticate?.tokens[3], 'blue,a@b:c', 'tags that the app named');
  const alice = await world.peer('alice');
  const message = alice.request('MESSAGE');
  (await app.next('MESSAGE')).res.send(200);
  await message.expect(200);
}

async function ping(world: World): Promise<void> {
  const control = await world.control();
  for (let times = 0; times < 3; times++) same((await control.ask('ping')).tokens.slice(3), ['OK', 'pong'], 'answer to a ping');
}

async function pingOfApp(world: World): Promise<void> {
  const app = await world.appWith({ connect: { enablePing: true, pingInterval: 5_000 } });
  const asked = await app.conversation.find('ping of the app', ({ from, verb }) => from === 'app' && verb === 'ping', 15_000);
  const answer = await app.conversation.find('answer to it', ({ answers }) => answers === asked.id);
  same(answer.tokens.slice(3), ['OK', 'pong'], 'answer to a ping');
}

async function unknownVerb(world: World): Promise<void> {
  const app = await world.app('message');
  const control = await world.control();
  const { tokens } = await control.ask('sing|la');
  same(tokens[3], 'NO', 'answer to an unknown verb');
  check(tokens[4], 'no reason with the refusal');
  await control.dropped();
  const alice = await world.peer('alice');
  const message = alice.request('MESSAGE');
  (await app.next('MESSAGE')).res.send(200);
  await message.expect(200);
}

export const AUTHENTICATION: readonly Behaviour[] = [
  {
    id: 'authentication/right-secret',
    title: "The right secret is answered with OK, the server's addresses, its version and its local addresses",
    source: 'protocol §2',
    basis: 'recorded',
    run: rightSecret,
  },
  {
    id: 'authentication/connect-event',
    title: 'The application hears the same in its connect event, also when it returns',
    source: 'protocol §2',
    basis: 'recorded',
    run: connectEvent,
  },
  {
    id: 'authentication/wrong-secret',
    title: 'A wrong secret is answered with NO and "incorrect secret", and the server closes',
    source: 'protocol §2',
    basis: 'recorded',
    run: wrongSecret,
  },
  {
    id: 'authentication/wrong-secret-in-app',
    title: 'An application with a wrong secret gets a connect event with an error',
    source: 'protocol §2',
    basis: 'recorded',
    run: wrongSecretInApp,
  },
  {
    id: 'authentication/nothing-before',
    title: 'Who has not authenticated gets no route, and is closed',
    source: 'protocol §3.2',
    basis: 'read',
    run: nothingBeforeAuthentication,
  },
  {
    id: 'authentication/tags',
    title: 'An application may name tags, and is served like any other',
    source: 'protocol §2',
    basis: 'read',
    run: withTags,
  },
  {
    id: 'ping/pong',
    title: 'Each ping is answered with OK and "pong"',
    source: 'protocol §2',
    basis: 'read',
    run: ping,
  },
  {
    id: 'ping/from-the-app',
    title: 'An application that pings by itself, every 5 seconds at the soonest, is answered',
    source: 'protocol §2',
    basis: 'read',
    slow: true,
    run: pingOfApp,
  },
  {
    id: 'bad-input/unknown-verb',
    title: 'An unknown verb is answered with NO and a reason, and its connection is closed; other applications stay',
    source: 'protocol §3.2',
    basis: 'read',
    run: unknownVerb,
  },
];
