import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Telephone } from '../../harness/endpoint/telephone.js';
import { UserAgent } from '../../harness/endpoint/user-agent.js';
import { Arena, type NetworkKind, NOTHING_LEFT, statusOf } from './live-elements.js';
import type { Arrival, SocketPeer } from './socket-peer.js';

const FOLDER = join(__dirname, '..', 'fixtures', 'torture', 'rfc4475');
/** What makes a response one to the request that was sent: all else stays the book's. */
const GRAFTED = ['From', 'Call-ID', 'CSeq'];

/** The book's response as an answer to a request; of several Vias the top one becomes the request's. */
function graft(file: string, { message }: Arrival): Buffer {
  let text = readFileSync(join(FOLDER, file)).toString('latin1');
  const replaceFirst = (name: string, value: string): void => {
    text = text.replace(new RegExp(`\\r\\n${name}\\s*:[^\\r]*`, 'i'), `\r\n${name}: ${value}`);
  };
  for (const name of GRAFTED) replaceFirst(name, message?.headers.get(name) ?? '');
  if (file === 'scalarlg.dat') text = text.replace(/\r\nCSeq:[^\r]*/, '\r\nCSeq: 9292394834772304023312 INVITE');
  replaceFirst('Via', message?.headers.get('Via') ?? '');
  return Buffer.from(text, 'latin1');
}

/** An agent that has just invited a peer, and the INVITE as it arrived there. */
async function calling(kind: NetworkKind) {
  const arena = Arena.open(kind);
  const peer = await arena.peer();
  const { clock } = arena.engine;
  const { network, timers } = arena;
  const options = { name: 'user', address: arena.nextAddress(), clock, network, timers, random: arena.random, domain: 'example.com' };
  const agent = new UserAgent(options, new Telephone());
  await agent.start();
  const call = agent.invite(`sip:callee@${peer.name}`);
  const invite = await arena.engine.complete(peer.next(({ message }) => isRequest(message, 'INVITE')));
  return { arena, peer, agent, call, invite };
}

function isRequest(message: Arrival['message'], method: string): boolean {
  return message?.kind === 'request' && message.method === method;
}

/** Sends a response, then asks the agent something, whose answer shows that the response has been dealt with. */
async function deliver(arena: Arena, agent: UserAgent, peer: SocketPeer, datagram: Buffer): Promise<void> {
  peer.send(datagram, agent.address);
  const probe = { address: agent.address, probe: `sip:user@${peer.name}`, openTransactions: 0, openContexts: 0, stop: () => agent.stop() };
  await arena.probe(probe, peer);
}

describe.each(['memory', 'udp'] as const)('a response of RFC 4475 to an INVITE of ours, over %s', (kind) => {
  let scene: Awaited<ReturnType<typeof calling>> | undefined;
  afterEach(async () => {
    await scene?.agent.stop();
    expect(await scene?.arena.close()).toEqual(NOTHING_LEFT);
  });

  test.each([
    ['unreason.dat', 'answered', 200],
    ['noreason.dat', 'proceeding', undefined],
    ['scalarlg.dat', 'calling', undefined], // its CSeq number is beyond all numbers
    ['bigcode.dat', 'calling', undefined], // no status code
    ['bcast.dat', 'calling', undefined], // two Vias: went astray (RFC 3261 §8.1.3.3)
  ])('%s: %s', async (file, state, finalStatus) => {
    scene = await calling(kind);
    const { arena, peer, agent, call, invite } = scene;
    await deliver(arena, agent, peer, graft(file, invite));
    expect([call.state, call.finalStatus]).toEqual([state, finalStatus]);
    expect(peer.arrivals.some(({ message }) => isRequest(message, 'ACK'))).toBe(finalStatus !== undefined);
    expect(peer.arrivals.map(({ message }) => statusOf(message)).filter((status) => status !== 200 && status !== undefined)).toEqual([]);
  });
});
