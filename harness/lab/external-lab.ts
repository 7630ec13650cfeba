import type { Account, Endpoint } from '../endpoint/endpoint.js';
import { Messenger } from '../endpoint/messenger/messenger.js';
import type { Persona } from '../endpoint/persona.js';
import { RegistrationError } from '../endpoint/registration.js';
import { BusyhereError } from '../platform/errors.js';
import { formatSocketAddress } from '../platform/socket-address.js';
import { within } from '../platform/within.js';
import { RFC3261_TIMERS, type TimerValues } from '../transaction/timer-values.js';
import { type ExternalSut, sutAccountOf } from './external-sut.js';
import { placeAround } from './external-topology.js';
import { GuestEndpoint } from './guest-endpoint.js';
import { type MakeServer, makeBuiltinServer } from './make-server.js';
import type { PastCalls } from './past-calls.js';
import { SocketLab, type SocketLabOptions } from './socket-lab.js';
import type { Participant, Server, Topology } from './topology.js';
import { unlessAborted } from './unless-aborted.js';

export interface ExternalLabOptions extends SocketLabOptions {
  readonly sut: ExternalSut;
  /** Makes the application that commands the proxy; undefined: nothing of it is ours. */
  readonly makeSut?: MakeServer | undefined;
  /** Whether this machine has one loopback address only. */
  readonly singleAddress: boolean;
  /** The calls of the labs before this one at the same proxy. */
  readonly past: PastCalls;
}

/** How long we wait for goodbyes to be answered before we leave all the same. */
const PATIENCE_T1 = 20;
const MOST_PATIENCE_MS = 500;

/**
 * Our endpoints as users of a proxy that runs already. Further servers of the case are made here. Nothing is known of
 * what the proxy sees or decides but what arrives at our sockets.
 */
export class ExternalLab extends SocketLab {
  readonly #sut: ExternalSut;
  /** The server of the topology that the SUT stands for. */
  readonly #server: Server;
  /** Whether the accounts at the SUT are those of the case, since the application on it is ours. */
  readonly #isOurs: boolean;
  readonly #guests = new Map<string, GuestEndpoint>();
  #registered: readonly Endpoint[] = [];

  /** @throws BusyhereError `configuration` where the case and what is said of the SUT do not go together */
  constructor(topology: Topology, options: ExternalLabOptions) {
    const { sut, singleAddress, past, engine, makeSut, makeServer = makeBuiltinServer, ...others } = options;
    const placed = placeAround(sut, topology, singleAddress);
    const network = past.network(engine.network);
    // A proxy that still knows a run's branches and Call-IDs would take the next run with that seed for its echo.
    const random = options.random.fork(`at ${engine.clock.wallTime()}`);
    const timers = besideOthers(options.timers);
    const make: MakeServer = (server) => (server.name === placed.server.name && makeSut ? makeSut(server) : makeServer(server));
    super(placed.topology, { ...others, engine: { ...engine, network }, timers, random, makeServer: make }, placed.plan);
    past.turnPage();
    this.#sut = sut;
    this.#server = placed.server;
    this.#isOurs = makeSut !== undefined;
  }

  override endpoint(participant: string): Endpoint {
    const guest = this.#guests.get(participant) ?? new GuestEndpoint(super.endpoint(participant));
    this.#guests.set(participant, guest);
    return guest;
  }

  async start(): Promise<void> {
    await this.openSockets();
    const registering = this.topology.participants.filter(({ account }) => account);
    this.#registered = registering.map(({ name }) => this.endpoint(name));
    await unlessAborted(Promise.all(registering.map((participant) => this.#register(participant))), this.options.signal);
  }

  /** Ends all calls and takes all bindings away, since the proxy goes on without us. */
  override async stop(): Promise<void> {
    const { engine, timers } = this.options;
    const { clock } = engine;
    const patience = Math.min(PATIENCE_T1 * timers.t1, MOST_PATIENCE_MS);
    await within(clock, patience, Promise.all([...this.#guests.values()].map((guest) => guest.takeLeave())));
    const bound = this.#registered.filter(({ registered }) => registered);
    await within(clock, patience, Promise.allSettled(bound.map((endpoint) => endpoint.unregister())));
    this.#registered = [];
    this.#guests.clear();
    await this.closeSockets();
  }

  protected override get ownServers(): readonly Server[] {
    return this.topology.servers.filter(({ name }) => this.#isOurs || name !== this.#server.name);
  }

  protected override userOf(name: string): string {
    const participant = this.topology.participants.find((one) => one.name === name);
    return participant && this.#isUserOfSut(participant) ? sutAccountOf(this.#sut, name).user : name;
  }

  protected override accountOf(participant: Participant): Account | undefined {
    if (!this.#isUserOfSut(participant)) return super.accountOf(participant);
    const { user, password } = sutAccountOf(this.#sut, participant.name);
    return password === null ? undefined : { user, password };
  }

  /** On the screen stand the names of the scenario, as from a list of contacts, whatever the accounts are called. */
  protected override personaOf(participant: Participant): Persona {
    if (participant.role !== 'client' || participant.persona !== 'messenger') return super.personaOf(participant);
    const names = new Map(this.topology.participants.map(({ name }) => [this.userOf(name), name]));
    return new MessengerWithContacts(names);
  }

  #isAtSut({ account, entrance }: Participant): boolean {
    return account && entrance.server === this.#server.name;
  }

  /** With an account of somebody else's making. */
  #isUserOfSut(participant: Participant): boolean {
    return this.#isAtSut(participant) && !this.#isOurs;
  }

  async #register(participant: Participant): Promise<void> {
    try {
      await this.endpoint(participant.name).register();
    } catch (error) {
      // Of a lab that was stopped meanwhile nobody wants to hear.
      if (!(error instanceof RegistrationError) || !this.#isAtSut(participant) || this.#registered.length === 0) throw error;
      if (this.#isOurs && error.status !== undefined) throw error;
      throw notRegistered(participant, this.#sut, error);
    }
  }
}

/** Ringing is repeated for the sake of Timer C (RFC 3261 §13.3.1.1), which is not scaled in somebody else's proxy. */
function besideOthers(timers: TimerValues): TimerValues {
  return { ...timers, ringRepeat: RFC3261_TIMERS.ringRepeat };
}

class MessengerWithContacts extends Messenger {
  constructor(private readonly names: ReadonlyMap<string, string>) {
    super();
  }

  override rejectionShown(...[action, user]: Parameters<Messenger['rejectionShown']>): string {
    return super.rejectionShown(action, this.names.get(user) ?? user);
  }
}

function notRegistered({ name }: Participant, sut: ExternalSut, { status, message }: RegistrationError): BusyhereError {
  const where = formatSocketAddress(sut.address);
  if (status === undefined) {
    return new BusyhereError(
      'environment',
      `${where} does not answer: ${name}'s REGISTER got no final response`,
      sut.control
        ? 'the drachtio-server offers that address for SIP: can it be reached from here over UDP?'
        : `is the proxy running, and does it listen on UDP there? busyhere doctor --sut external --sut-address sip:${where} shows what it answers`,
    );
  }
  const { user, password } = sutAccountOf(sut, name);
  const wrong =
    password === null ? `it wants a password of ${user}, and none was given` : `it has another password for ${user}, or no such user`;
  const refused = status === 401 || status === 407 || status === 403;
  return new BusyhereError(
    'configuration',
    `${message} (participant ${name})`,
    refused ? `${wrong}: see \`accounts\` in the file of --sut-config` : 'busyhere doctor --sut external shows what the proxy answers',
  );
}
