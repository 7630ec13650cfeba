import { formatSocketAddress, type SocketAddress } from '../platform/socket-address.js';
import type { StreamListener } from '../platform/stream-network.js';
import { createResponse } from '../sip/create-response.js';
import type { Listener } from '../transaction/listener.js';
import { TransactionLayer } from '../transaction/transaction-layer.js';
import type { TransactionUser } from '../transaction/transaction-user.js';
import { ApplicationSide } from './application-side.js';
import { Applications } from './applications.js';
import { Cdr } from './cdr.js';
import { Connections } from './connections.js';
import type { Core } from './core.js';
import { DialogTable } from './dialog-table.js';
import { type IncomingRequest, IncomingRequests } from './incoming-requests.js';
import { Names } from './names.js';
import { NetworkSide } from './network-side.js';
import { NewRequests } from './new-requests.js';
import { NextHop } from './next-hop.js';
import { OutboundCalls } from './outbound-calls.js';
import { OutgoingRequests } from './outgoing-requests.js';
import { PassingRequests } from './passing-requests.js';
import { Proxies } from './proxies.js';
import { Readiness } from './readiness.js';
import { REAL_SERVER_HABITS, RFC_HABITS } from './real-server-habits.js';
import type { ServerCounters } from './server-counters.js';
import { DEFAULT_SERVER_LIMITS, type DrachtioServerOptions, type ServerLimits } from './server-options.js';
import { Sightings } from './sightings.js';
import { StackTimers } from './stack-timers.js';
import { UserAgentClient } from './user-agent-client.js';
import { UserAgentServer } from './user-agent-server.js';

/** A SIP server that drachtio-srf applications command over a control connection. */
export class DrachtioServer {
  readonly #limits: ServerLimits;
  readonly #core: Core;
  readonly #incoming: IncomingRequests;
  readonly #outgoing = new OutgoingRequests();
  readonly #proxies: Proxies;
  readonly #outbound: OutboundCalls;
  readonly #connections: Connections;
  readonly #networkSide: NetworkSide;
  readonly #readiness: Readiness;
  #control: StreamListener | undefined;

  constructor(private readonly options: DrachtioServerOptions) {
    this.#limits = { ...DEFAULT_SERVER_LIMITS, ...options.limits };
    const core = makeCore(options, {
      request: (transaction) => this.#networkSide.request(transaction),
      cancel: (transaction, matched) => this.#networkSide.cancel(transaction, matched),
      ack: (request, flow) => this.#networkSide.ack(request, flow),
      strayResponse: (response) => this.#networkSide.strayResponse(response),
    });
    this.#core = core;
    this.#readiness = new Readiness(core.applications);
    const requests = new IncomingRequests(core.clock, this.#limits.firstWordWithin, (request) => this.#forget(request));
    const nextHop = new NextHop(() => core.layer.listeners, options.listenerFor);
    const proxies = new Proxies(core, requests, nextHop);
    const outbound = new OutboundCalls(options.streams, () => this.#connections);
    const passing = new PassingRequests(core, nextHop);
    const { requestHandler: handler } = options;
    const newRequests = new NewRequests({ core, requests, proxies, outbound, handler, most: this.#limits.pendingRequests });
    this.#incoming = requests;
    this.#proxies = proxies;
    this.#outbound = outbound;
    this.#networkSide = new NetworkSide({ core, requests, newRequests, proxies, passing });
    const applicationSide = this.#makeApplicationSide(
      new UserAgentClient(core, nextHop, this.#outgoing),
      new UserAgentServer(core, requests),
    );
    this.#connections = new Connections(core.clock, core.names, this.#limits, core.applications, applicationSide);
  }

  /** Where applications connect; undefined before {@link start}. */
  get control(): SocketAddress | undefined {
    return this.#control?.local;
  }

  get listeners(): readonly Listener[] {
    return this.#core.layer.listeners;
  }

  get counters(): ServerCounters {
    const { applications, dialogs, layer } = this.#core;
    return {
      entries: {
        pendingRequests: this.#incoming.waiting,
        serverTransactions: this.#incoming.size,
        outgoingRequests: this.#outgoing.size,
        dialogs: dialogs.size,
        proxies: this.#proxies.size,
        transactions: layer.openTransactions,
      },
      applications: applications.authenticated,
      connections: applications.size,
    };
  }

  /**
   * Opens its sockets: all, or none.
   * @throws BusyhereError `address-in-use` or `address-unavailable`
   */
  async start(): Promise<void> {
    try {
      for (const { name, address } of this.options.listeners) await this.#core.layer.listen(name, address);
      this.#control = await this.options.streams.listen(this.options.control, (stream) => this.#connections.take(stream));
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Resolves when so many applications have connected and asked for requests. */
  ready(applications: number): Promise<void> {
    return this.#readiness.of(applications);
  }

  /** Ends everything without a word to SIP peers, and closes the applications' connections. */
  async stop(): Promise<void> {
    this.#outbound.stop();
    this.#proxies.stop();
    for (const dialog of this.#core.dialogs.values()) this.#core.dialogs.delete(dialog);
    await this.#core.layer.close();
    this.#outgoing.clear();
    this.#connections.stop();
    await this.#control?.close();
  }

  #makeApplicationSide(client: UserAgentClient, server: UserAgentServer): ApplicationSide {
    const { layer } = this.#core;
    return new ApplicationSide({
      core: this.#core,
      secret: this.options.secret,
      client,
      server,
      proxies: this.#proxies,
      hostports: () => layer.listeners.map(({ local }) => `udp/${formatSocketAddress(local)}`).join(','),
      welcomed: (connection) => {
        this.#connections.welcome(connection);
        this.#outbound.ready(connection);
      },
      left: (connection) => {
        this.#connections.forget(connection);
        this.#outbound.closed(connection);
      },
      expelled: (connection) => this.#connections.expel(connection),
      listening: () => this.#readiness.review(),
    });
  }

  /** No application said a word on it in time. */
  #forget({ transaction }: IncomingRequest): void {
    const { habits, names } = this.#core;
    if (habits.forgetsSilently || transaction.request.method !== 'INVITE') return transaction.terminate();
    transaction.respond(createResponse(transaction.request, 480, { toTag: names.tag() }));
  }
}

function makeCore({ clock, random, network, strict = false, timers: values }: DrachtioServerOptions, user: TransactionUser): Core {
  const habits = strict ? RFC_HABITS : REAL_SERVER_HABITS;
  const names = new Names(random.fork('names'), clock);
  const applications = new Applications();
  const timers = new StackTimers(values, habits);
  const layer = new TransactionLayer({ clock, random: random.fork('transactions'), network, timers, user });
  const [sightings, cdr, dialogs] = [new Sightings(names), new Cdr(applications), new DialogTable()];
  return { clock, timers, layer, names, habits, applications, sightings, cdr, dialogs };
}
