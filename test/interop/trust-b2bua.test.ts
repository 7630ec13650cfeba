import { type RunningDrachtioServer, startDrachtioServer } from '../../harness/drachtio/start-server';
import type { OutgoingCall } from '../../harness/endpoint/endpoint';
import { Telephone } from '../../harness/endpoint/telephone';
import { UserAgent } from '../../harness/endpoint/user-agent';
import { delay } from '../../harness/platform/clock';
import { SeededRandom } from '../../harness/platform/random';
import { SystemClock } from '../../harness/platform/system-clock';
import { UdpNetwork } from '../../harness/platform/udp-network';
import { connectSrf, type SrfConnection } from '../../harness/proxy/drachtio/connect-srf';
import { TrustB2bua, type TrustB2buaOptions } from '../../harness/proxy/drachtio/trust-b2bua';
import { scaledTimers } from '../../harness/transaction/timer-values';
import type { JournalEntry } from '../../harness/trust/decision';

jest.setTimeout(60_000);

const DOMAIN = 'lab.example';
const TIMERS = scaledTimers(50); // transactions end within seconds, and a busy machine is forgiven more than by T1 = 10 ms
const TRUSTING = { name: 'default', treatAllConnectionsAsTrusted: true };
const FAULTY = { ...TRUSTING, treatAllConnectionsAsServer: true };

/** What drachtio-srf keeps for itself, by connection; all of it must be gone when all calls are. */
interface LibraryMaps {
  readonly _dialogs: ReadonlyMap<string, unknown>;
  readonly client: { readonly mapServer: ReadonlyMap<unknown, Readonly<Record<string, unknown>>> };
}

/** Our control server, the application on the real library, and telephones around them. */
class Lab {
  readonly clock = new SystemClock();
  readonly network = new UdpNetwork();
  readonly journal: JournalEntry[] = [];
  readonly #agents: UserAgent[] = [];
  #library: SrfConnection['srf'] | undefined;
  #absorbed: () => void = () => {};
  /** Resolves when a 486 was absorbed. */
  readonly absorbed = new Promise<void>((resolve) => {
    this.#absorbed = resolve;
  });

  private constructor(
    readonly server: RunningDrachtioServer,
    private readonly options: Partial<TrustB2buaOptions>,
  ) {}

  app!: TrustB2bua;

  static async open(listener: object, options: Partial<TrustB2buaOptions> = {}): Promise<Lab> {
    const clock = new SystemClock();
    const lab = new Lab(await startDrachtioServer({ timers: TIMERS, clock }), options);
    await lab.#startApp(listener);
    return lab;
  }

  async #startApp(listener: object): Promise<void> {
    const { sip, connectOptions } = this.server;
    this.app = new TrustB2bua({
      name: 'lcs',
      clock: this.clock,
      random: new SeededRandom(1),
      domain: DOMAIN,
      trust: { listeners: [{ name: 'default', ...listener }], hosts: [], quirks: ['lcs2003'] },
      peers: [],
      accounts: ['alice', 'bob', 'carol', 'dave'].map((user) => ({ user, password: 'secret' })),
      routes: [],
      listeners: [{ name: 'default', address: { address: sip.host, port: sip.port } }],
      control: connectOptions,
      guardMs: 60_000,
      ringMs: TIMERS.timerC,
      journal: (entry) => {
        this.journal.push(entry);
        if (entry.decision === 'absorb 486') this.#absorbed();
      },
      connect: async (given) => {
        const connection = await connectSrf(given);
        this.#library = connection.srf;
        return connection;
      },
      ...this.options,
    });
    await this.app.start();
  }

  /** A telephone that is registered, on a port of its own. */
  async telephone(name: string): Promise<UserAgent> {
    const { sip } = this.server;
    const agent = new UserAgent(
      {
        name,
        address: { address: '127.0.0.1', port: 0 },
        clock: this.clock,
        random: new SeededRandom(834477).fork(name),
        network: this.network,
        timers: TIMERS,
        domain: DOMAIN,
        outbound: { address: sip.host, port: sip.port },
        account: { user: name, password: 'secret' },
      },
      new Telephone(),
    );
    this.#agents.push(agent);
    await agent.start();
    await agent.register();
    return agent;
  }

  /** Entries in all maps of server, application and library. */
  get held(): Record<string, number> {
    const { entries } = this.server.counters;
    const { _app, _dialogs } = this.#library as unknown as { _app: LibraryMaps; _dialogs: LibraryMaps['_dialogs'] };
    const inLibrary = [..._app.client.mapServer.values()].flatMap((one) => Object.values(one));
    const pending = inLibrary.reduce<number>((sum, map) => sum + (map instanceof Map || map instanceof Set ? map.size : 0), 0);
    return { ...entries, calls: this.app.openCalls, pending, dialogs: entries.dialogs + _dialogs.size };
  }

  /** Waits until nothing is held any more; gives what is held at last. */
  async emptied(): Promise<Record<string, number>> {
    for (let waited = 0; waited < 400 && Object.values(this.held).some((count) => count > 0); waited++) await delay(this.clock, 50);
    return this.held;
  }

  async close(): Promise<{ sockets: number; timers: number }> {
    await this.app.stop();
    await this.server.stop();
    await Promise.all(this.#agents.map((agent) => agent.stop()));
    return { sockets: this.network.openSockets, timers: this.clock.pendingTimers };
  }
}

const EMPTY = {
  pendingRequests: 0,
  serverTransactions: 0,
  outgoingRequests: 0,
  dialogs: 0,
  proxies: 0,
  transactions: 0,
  calls: 0,
  pending: 0,
};

function until(call: OutgoingCall, ...states: readonly OutgoingCall['state'][]): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (states.includes(call.state)) resolve();
    };
    call.onChange(look);
    look();
  });
}

const toBob = `sip:bob@${DOMAIN}`;

it('passes busy, answered and given-up calls, many at once, and no map keeps anything of them', async () => {
  const lab = await Lab.open(TRUSTING);
  const [busy, answering, ringing, carol] = await Promise.all(['bob', 'alice', 'dave', 'carol'].map((name) => lab.telephone(name)));
  busy?.onInvitation((call) => call.reject(486));
  answering?.onInvitation((call) => call.answer());
  ringing?.onInvitation((call) => call.ring());
  const finals: (number | undefined)[] = [];
  const place = async (callee: string, reaction: OutgoingCall['state']): Promise<void> => {
    const call = carol?.invite(`sip:${callee}@${DOMAIN}`);
    if (!call) return;
    await until(call, reaction);
    call.hangUp();
    await until(call, 'rejected', 'ended', 'cancelled');
    finals.push(call.finalStatus);
  };
  for (let round = 0; round < 5; round++) {
    const each = [place('bob', 'rejected'), place('alice', 'answered'), place('dave', 'ringing')];
    await Promise.all([...each, ...Array.from({ length: 10 }, () => place('bob', 'rejected'))]);
  }
  expect(finals.sort()).toEqual([...Array(5).fill(200), ...Array(55).fill(486), ...Array(5).fill(487)]);
  expect(await lab.emptied()).toEqual(EMPTY);
  expect(await lab.close()).toEqual({ sockets: 0, timers: 0 });
});

it('absorbs a 486, answers the CANCEL with 200 and the INVITE with 487, and keeps nothing', async () => {
  const lab = await Lab.open(FAULTY);
  const [bob, carol] = [await lab.telephone('bob'), await lab.telephone('carol')];
  bob.onInvitation((call) => call.reject(486));
  const call = carol.invite(toBob);
  await until(call, 'ringing', 'proceeding', 'rejected');
  await lab.absorbed;
  expect(call.finalStatus).toBeUndefined();
  expect(lab.app.openCalls).toBe(1);
  call.cancel();
  await until(call, 'cancelled');
  expect(call.finalStatus).toBe(487);
  expect(await lab.emptied()).toEqual(EMPTY);
  expect(await lab.close()).toEqual({ sockets: 0, timers: 0 });
});

it('ends an absorbed call with 480 when the guard has waited long enough', async () => {
  const lab = await Lab.open(FAULTY, { guardMs: 300 });
  const [bob, carol] = [await lab.telephone('bob'), await lab.telephone('carol')];
  bob.onInvitation((call) => call.reject(486));
  const call = carol.invite(toBob);
  await until(call, 'rejected');
  expect(call.finalStatus).toBe(480);
  expect(lab.journal.map(({ decision }) => decision)).toContain('absorb 486');
  expect(await lab.emptied()).toEqual(EMPTY);
  expect(await lab.close()).toEqual({ sockets: 0, timers: 0 });
});

it('stops with a call absorbed, one ringing and one answered, and leaves neither timer nor socket', async () => {
  const lab = await Lab.open(FAULTY);
  const [bob, alice, carol] = [await lab.telephone('bob'), await lab.telephone('alice'), await lab.telephone('carol')];
  bob.onInvitation((call) => call.reject(486));
  alice.onInvitation((call) => (call.from.includes('bob') ? call.answer() : call.ring()));
  const answered = bob.invite(`sip:alice@${DOMAIN}`);
  const ringing = carol.invite(`sip:alice@${DOMAIN}`);
  const absorbed = carol.invite(toBob);
  await Promise.all([until(answered, 'answered'), until(ringing, 'ringing')]);
  await lab.absorbed;
  expect([answered.state, absorbed.finalStatus]).toEqual(['answered', undefined]);
  expect(await lab.close()).toEqual({ sockets: 0, timers: 0 });
});

it('says what is wrong where there is no server, and where the secret is another', async () => {
  const server = await startDrachtioServer({ secret: 'right' });
  const clock = new SystemClock();
  const connect = (secret: string, port = server.control.port): Promise<SrfConnection> =>
    connectSrf({ control: { host: '127.0.0.1', port, secret }, clock, methods: [], handle: () => {} });
  await expect(connect('wrong')).rejects.toMatchObject({ code: 'configuration', message: expect.not.stringContaining('wrong') });
  const connection = await connect('right');
  expect(connection.sip).toEqual([{ address: server.sip.host, port: server.sip.port }]);
  await connection.close();
  await server.stop();
  await expect(connect('right')).rejects.toMatchObject({ code: 'environment' });
  expect(clock.pendingTimers).toBe(0);
});
