import type { SocketAddress } from '../platform/socket-address.js';
import { formatSocketAddress } from '../platform/socket-address.js';
import type { Stream, StreamHandlers, StreamListener } from '../platform/stream-network.js';
import { createResponse } from '../sip/create-response.js';
import type { Listener } from '../transaction/listener.js';
import { TransactionLayer } from '../transaction/transaction-layer.js';
import { ApplicationSide } from './application-side.js';
import { Applications } from './applications.js';
import { Cdr } from './cdr.js';
import { ControlConnection } from './control-connection.js';
import type { Core } from './core.js';
import { DialogTable } from './dialog-table.js';
import { type IncomingRequest, IncomingRequests } from './incoming-requests.js';
import { Names } from './names.js';
import { NetworkSide } from './network-side.js';
import { NewRequests } from './new-requests.js';
import { NextHop } from './next-hop.js';
import { OutgoingRequests } from './outgoing-requests.js';
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
  readonly #applicationSide: ApplicationSide;
  #control: StreamListener | undefined;

  constructor(private readonly options: DrachtioServerOptions) {
    const { clock, random, strict = false, secret } = options;
    this.#limits = { ...DEFAULT_SERVER_LIMITS, ...options.limits };
    const names = new Names(random.fork('names'), clock);
    const applications = new Applications();
    const habits = strict ? RFC_HABITS : REAL_SERVER_HABITS;
    const timers = new StackTimers(options.timers, habits);
    const layer = new TransactionLayer({
      clock,
      random: random.fork('transactions'),
      network: options.network,
      timers,
      user: {
        request: (transaction) => network.request(transaction),
        cancel: (transaction, matched) => network.cancel(transaction, matched),
        ack: (request, flow) => network.ack(request, flow),
      },
    });
    this.#core = {
      clock,
      timers,
      layer,
      names,
      habits,
      applications,
      sightings: new Sightings(names),
      cdr: new Cdr(applications),
      dialogs: new DialogTable(),
    };
    this.#incoming = new IncomingRequests(clock, this.#limits.firstWordWithin, (request) => this.#forget(request));
    const newRequests = new NewRequests(this.#core, this.#incoming, this.#limits.pendingRequests);
    const network = new NetworkSide(this.#core, this.#incoming, newRequests);
    const nextHop = new NextHop(() => layer.listeners, options.listenerFor);
    this.#applicationSide = new ApplicationSide({
      core: this.#core,
      secret,
      client: new UserAgentClient(this.#core, nextHop, this.#outgoing),
      server: new UserAgentServer(this.#core, this.#incoming),
      hostports: () => layer.listeners.map(({ local }) => `udp/${formatSocketAddress(local)}`).join(','),
      welcomed: () => {},
      left: (connection) => applications.remove(connection),
    });
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
        proxies: 0,
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
      this.#control = await this.options.streams.listen(this.options.control, (stream) => this.#accept(stream));
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Ends everything without a word to SIP peers, and closes the applications' connections. */
  async stop(): Promise<void> {
    this.#incoming.clear();
    for (const dialog of this.#core.dialogs.values()) this.#core.dialogs.delete(dialog);
    await this.#core.layer.close();
    for (const connection of this.#core.applications.values()) connection.destroy();
    await this.#control?.close();
  }

  #accept(stream: Stream): StreamHandlers {
    const { applications, names } = this.#core;
    const connection = new ControlConnection(stream, names, this.#limits, this.#applicationSide);
    applications.add(connection);
    return connection;
  }

  /** An application said nothing for 64 s. */
  #forget({ transaction }: IncomingRequest): void {
    const { habits, names } = this.#core;
    if (habits.forgetsSilently || transaction.request.method !== 'INVITE') return transaction.terminate();
    transaction.respond(createResponse(transaction.request, 480, { toTag: names.tag() }));
  }
}
