import { createSocket } from 'node:dgram';
import { existsSync } from 'node:fs';
import { BaresipEndpoint } from '../../harness/endpoint/baresip/baresip-endpoint.js';
import type { EndpointOptions, IncomingCall } from '../../harness/endpoint/endpoint.js';
import { Messenger } from '../../harness/endpoint/messenger/messenger.js';
import type { Persona } from '../../harness/endpoint/persona.js';
import { ProgramOutputs } from '../../harness/endpoint/program/program-outputs.js';
import { Telephone } from '../../harness/endpoint/telephone.js';
import { UserAgent } from '../../harness/endpoint/user-agent.js';
import { SeededRandom } from '../../harness/platform/random.js';
import type { SocketAddress } from '../../harness/platform/socket-address.js';
import { SystemClock } from '../../harness/platform/system-clock.js';
import { UdpNetwork } from '../../harness/platform/udp-network.js';
import { SipProxy } from '../../harness/proxy/proxy.js';
import type { SipMessage } from '../../harness/sip/message.js';
import { parseMessage } from '../../harness/sip/parse-message.js';
import { Recorder } from '../../harness/trace/recorder.js';
import { RFC3261_TIMERS } from '../../harness/transaction/timer-values.js';
import { describeWith } from './programs';
import { ownAddresses } from './sipp';

const DOMAIN = 'lab.example';

/** bob and carol at a proxy of ours; what the proxy's socket sees is the evidence. */
class World {
  readonly clock = new SystemClock();
  readonly sockets = new UdpNetwork();
  readonly recorder = new Recorder(this.clock);
  readonly outputs = new ProgramOutputs();
  readonly addresses: Readonly<Record<string, SocketAddress>> = ownAddresses('lcs', 'alice', 'bob', 'carol');
  readonly #stops: (() => Promise<void>)[] = [];

  async start(): Promise<void> {
    const proxy = new SipProxy({
      name: 'lcs',
      clock: this.clock,
      random: new SeededRandom(1),
      network: this.recorder.network('lcs', this.sockets),
      timers: RFC3261_TIMERS,
      domain: DOMAIN,
      trust: { listeners: [{ name: 'default' }], hosts: [], quirks: [] },
      peers: [],
      accounts: ['alice', 'bob', 'carol'].map((user) => ({ user, password: `${user}-secret` })),
      digestAlgorithms: ['MD5'],
      routes: [],
      listeners: [{ name: 'default', address: this.addresses.lcs as SocketAddress }],
    });
    await proxy.start();
    this.#stops.push(() => proxy.stop());
  }

  options(name: string, password = `${name}-secret`): EndpointOptions {
    const { clock, sockets: network, addresses } = this;
    const address = addresses[name] as SocketAddress;
    const ports = { clock, network, random: new SeededRandom(2), timers: RFC3261_TIMERS };
    return { name, address, domain: DOMAIN, outbound: addresses.lcs as SocketAddress, account: { user: name, password }, ...ports };
  }

  async baresip(name: string, persona: Persona = new Messenger(), password?: string): Promise<BaresipEndpoint> {
    const endpoint = new BaresipEndpoint({ ...this.options(name, password), outputs: this.outputs }, persona);
    this.#stops.push(() => endpoint.stop());
    await endpoint.start();
    return endpoint;
  }

  async own(name: string): Promise<UserAgent> {
    const endpoint = new UserAgent(this.options(name), new Telephone());
    this.#stops.push(() => endpoint.stop());
    await endpoint.start();
    await endpoint.register();
    return endpoint;
  }

  /** What the proxy got from an endpoint, in order. */
  sentBy(name: string): SipMessage[] {
    const { address } = this.addresses[name] as SocketAddress;
    const events = this.recorder.events.filter(({ source, sighting }) => sighting === 'received' && source.address === address);
    return events.flatMap(({ bytes }) => {
      const parsed = parseMessage(bytes);
      return parsed.ok ? [parsed.value] : [];
    });
  }

  /** The responses of an endpoint to one call's INVITE. */
  answersOf(name: string, callId: string): string[] {
    return this.sentBy(name).flatMap((message) =>
      message.kind === 'response' && message.callId === callId && message.cseq?.method === 'INVITE'
        ? [`${message.status} ${message.reason}`]
        : [],
    );
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops.reverse()) await stop();
    this.outputs.discard();
  }
}

/** Resolves when the call is in a state. */
function reaches(call: { readonly state: string; onChange(listener: () => void): void }, state: string): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (call.state === state) resolve();
    };
    call.onChange(look);
    look();
  });
}

const nextCall = (endpoint: BaresipEndpoint | UserAgent, react: (call: IncomingCall) => void = () => {}): Promise<IncomingCall> =>
  new Promise((resolve) => {
    endpoint.onInvitation((call) => {
      react(call);
      resolve(call);
    });
  });

describeWith(['baresip'], 'baresip as an endpoint', () => {
  let world: World;
  beforeEach(async () => {
    world = new World();
    await world.start();
  });
  afterEach(() => world.stop());

  it('registers with digest, and takes its contact away again', async () => {
    const bob = await world.baresip('bob');
    await bob.register();
    expect(bob.registered).toBe(true);
    await bob.unregister();
    expect(bob.registered).toBe(false);
    const carol = await world.own('carol');
    const call = carol.invite(`sip:bob@${DOMAIN}`);
    await reaches(call, 'rejected');
    expect(call.finalStatus).toBe(480);
  });

  it('says with which status a registrar refused it', async () => {
    const bob = await world.baresip('bob', new Messenger(), 'wrong');
    await expect(bob.register()).rejects.toMatchObject({ status: 401 });
  });

  it('rings at once; while it rings or talks it refuses any other with its own 486, without a 180', async () => {
    const bob = await world.baresip('bob');
    await bob.register();
    const [alice, carol] = [await world.own('alice'), await world.own('carol')];
    const offered = nextCall(bob);
    const first = alice.invite(`sip:bob@${DOMAIN}`, { headers: [['X-Marker', 'first']] });
    await reaches(first, 'ringing');
    const call = await offered;
    expect(call).toMatchObject({ state: 'ringing', callId: first.callId, from: `sip:alice@${DOMAIN}` });
    expect(call.header('X-Marker')).toBe('first');
    const second = carol.invite(`sip:bob@${DOMAIN}`);
    await reaches(second, 'rejected');
    expect(world.answersOf('bob', second.callId)).toEqual(['486 Max Calls']);
    call.answer();
    await reaches(first, 'answered');
    const third = carol.invite(`sip:bob@${DOMAIN}`);
    await reaches(third, 'rejected');
    expect(world.answersOf('bob', third.callId)).toEqual(['486 Max Calls']);
    call.hangUp();
    await reaches(first, 'ended');
    await reaches(call, 'ended');
    expect(world.answersOf('bob', first.callId)).toEqual(['180 Ringing', '200 Answering']);
  });

  it('rejects with 486, is told when a caller gives up, and can do nothing else', async () => {
    const bob = await world.baresip('bob');
    await bob.register();
    const carol = await world.own('carol');
    const rejected = nextCall(bob, (call) => call.reject(486));
    const first = carol.invite(`sip:bob@${DOMAIN}`);
    await reaches(first, 'rejected');
    expect(first.finalStatus).toBe(486);
    expect(await rejected).toMatchObject({ state: 'rejected', finalStatus: 486 });
    const offered = nextCall(bob);
    const second = carol.invite(`sip:bob@${DOMAIN}`);
    const call = await offered;
    expect(() => call.reject(480)).toThrow('486');
    expect(() => call.ring(183)).toThrow('180');
    await reaches(second, 'ringing');
    second.cancel();
    await reaches(call, 'cancelled');
    expect(call.finalStatus).toBe(487);
  });

  it('invites: rejected, given up, answered and ended', async () => {
    const carol = await world.baresip('carol');
    await carol.register();
    const bob = await world.own('bob');
    bob.onInvitation((call) => call.reject(486));
    const first = carol.invite(`sip:bob@${DOMAIN}`);
    await reaches(first, 'rejected');
    expect(first).toMatchObject({ finalStatus: 486, shown: 'Your request to have a voice conversation cannot be delivered to bob.' });
    expect(world.sentBy('carol').some(({ callId }) => callId === first.callId)).toBe(true);
    bob.onInvitation((call) => call.ring());
    const second = carol.invite(`sip:bob@${DOMAIN}`);
    await reaches(second, 'ringing');
    second.cancel();
    await reaches(second, 'cancelled');
    expect(second.shown).toBeNull();
    const answered = nextCall(bob, (call) => call.answer());
    const third = carol.invite(`sip:bob@${DOMAIN}`);
    await reaches(third, 'answered');
    (await answered).hangUp();
    await reaches(third, 'ended');
    expect(new Set([first.callId, second.callId, third.callId]).size).toBe(3);
  });

  it('sends instant messages, one after the other, gets them, and asks what others can do', async () => {
    const [bob, carol] = [await world.baresip('bob'), await world.baresip('carol')];
    await Promise.all([bob.register(), carol.register()]);
    const texts: string[] = [];
    const both = new Promise<void>((resolve) => {
      bob.onMessage(({ text }) => {
        texts.push(text);
        if (texts.length === 2) resolve();
      });
    });
    const sent = ['Call me back, "bob".', 'Or else.'].map((text) => carol.message(`sip:bob@${DOMAIN}`, text));
    expect(await Promise.all(sent.map(({ done }) => done))).toEqual([200, 200]);
    await both;
    expect(texts).toEqual(['Call me back, "bob".', 'Or else.']);
    expect(await carol.message(`sip:nobody@${DOMAIN}`, 'Hello?').done).toBe(404);
    expect(await carol.options(`sip:bob@${DOMAIN}`).done).toBe(200);
  });

  it('takes several calls at once where the persona does', async () => {
    const bob = await world.baresip('bob', new Telephone());
    await bob.register();
    const [alice, carol] = [await world.own('alice'), await world.own('carol')];
    const one = nextCall(bob);
    const first = alice.invite(`sip:bob@${DOMAIN}`);
    const firstAtBob = await one;
    const other = nextCall(bob);
    const second = carol.invite(`sip:bob@${DOMAIN}`);
    await other;
    await Promise.all([reaches(first, 'ringing'), reaches(second, 'ringing')]);
    firstAtBob.reject(486);
    await reaches(first, 'rejected');
    expect(second.state).toBe('ringing');
  });

  it('says that its address is taken', async () => {
    const holder = createSocket('udp4');
    const { address, port } = world.addresses.bob as SocketAddress;
    await new Promise<void>((resolve) => holder.bind(port, address, resolve));
    try {
      await expect(world.baresip('bob')).rejects.toMatchObject({ code: 'address-in-use', message: expect.stringContaining(address) });
    } finally {
      holder.close();
    }
  });

  it('leaves no child where it is stopped while it starts', async () => {
    const bob = new BaresipEndpoint({ ...world.options('bob'), outputs: world.outputs }, new Messenger());
    const started = bob.start();
    await bob.stop();
    await started;
    const again = await world.baresip('bob'); // the address is free
    expect(again.registered).toBe(false);
  });

  it('is stopped without a word, and leaves nothing', async () => {
    const bob = await world.baresip('bob');
    await bob.register();
    const offered = nextCall(bob);
    (await world.own('carol')).invite(`sip:bob@${DOMAIN}`);
    const call = await offered;
    const folder = world.outputs.folderOf('witness').replace(/witness$/, 'bob');
    expect(existsSync(folder)).toBe(true);
    await bob.stop();
    expect(() => bob.invite('sip:carol@lab.example')).toThrow('not been started');
    expect(call.state).toBe('ringing'); // stopped by us: without a word
    world.outputs.discard();
    expect(existsSync(folder)).toBe(false);
  });
});
