import type { Account, Endpoint, EndpointOptions } from '../endpoint/endpoint.js';
import { havePrograms, traitsOfAll } from '../endpoint/endpoint-kind.js';
import type { Persona } from '../endpoint/persona.js';
import { ProgramOutputs } from '../endpoint/program/program-outputs.js';
import type { DatagramNetwork } from '../platform/datagram-network.js';
import { BusyhereError, errorCode } from '../platform/errors.js';
import { ImpairedNetwork } from '../platform/impaired-network.js';
import type { Random } from '../platform/random.js';
import type { SocketAddress } from '../platform/socket-address.js';
import type { ProxyOptions } from '../proxy/proxy-options.js';
import { Recorder } from '../trace/recorder.js';
import { RFC3261_TIMERS, type TimerValues } from '../transaction/timer-values.js';
import type { JournalEntry } from '../trust/decision.js';
import type { AddressPlan } from './address-plan.js';
import { Addressing } from './addressing.js';
import type { Engine } from './engine.js';
import type { Lab } from './lab.js';
import { type MakeEndpoint, makeChosenEndpoint } from './make-endpoint.js';
import { type LabElement, type MakeServer, makeBuiltinServer } from './make-server.js';
import { personaOf } from './persona-of.js';
import type { LinkSettings, Participant, Server, ServerEntrance, Topology } from './topology.js';

export interface SocketLabOptions {
  readonly engine: Engine;
  readonly timers: TimerValues;
  readonly random: Random;
  /** Aborted where the lab is wanted no longer, with the reason: nobody is waited for then who does not answer. */
  readonly signal?: AbortSignal;
  /** Our own proxies unless given. */
  readonly makeServer?: MakeServer;
  /** Whichever endpoint the participant is to have, unless given. */
  readonly makeEndpoint?: MakeEndpoint;
}

const BLOCKS_TRIED = 256;
const PASSWORD_DIGITS = 16;

/** What all labs have in common whose servers and participants sit on sockets of the engine's network. */
export abstract class SocketLab implements Lab {
  readonly trace: Recorder;
  readonly journal: JournalEntry[] = [];
  readonly outputs = new ProgramOutputs();
  readonly #network: DatagramNetwork;
  #addressing: Addressing | undefined;
  readonly #servers: LabElement[] = [];
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #passwords: ReadonlyMap<string, string>;

  /** @param addresses where everybody's sockets come from */
  constructor(
    protected readonly topology: Topology,
    protected readonly options: SocketLabOptions,
    private readonly addresses: AddressPlan,
  ) {
    this.trace = new Recorder(options.engine.clock);
    this.#network = topology.links.length === 0 ? options.engine.network : this.#impaired(topology.links);
    const passwords = options.random.fork('passwords');
    this.#passwords = new Map(topology.participants.map(({ name }) => [name, passwords.token(PASSWORD_DIGITS)]));
  }

  abstract start(): Promise<void>;

  /** The recorder sits above it: what is lost here was sent, and is seen to be. */
  #impaired(links: readonly LinkSettings[]): DatagramNetwork {
    const { engine, random } = this.options;
    return new ImpairedNetwork(engine.network, {
      clock: engine.clock,
      random: random.fork('links'),
      link: (source, destination) => {
        const ends = [this.nameOf(source), this.nameOf(destination)];
        return links.find(({ between }) => between.every((name) => ends.includes(name)))?.quality;
      },
    });
  }

  endpoint(participant: string): Endpoint {
    const endpoint = this.#endpoints.get(participant);
    if (!endpoint) throw new BusyhereError('internal', `no participant ${participant}`);
    return endpoint;
  }

  isApart(participant: string): boolean {
    return havePrograms(this.topology.participants.filter(({ name }) => name === participant));
  }

  domainOf(participant: string): string {
    const home = this.topology.participants.find(({ name }) => name === participant)?.entrance.server;
    return this.topology.servers.find(({ name }) => name === home)?.domain ?? '';
  }

  addressOfRecord(participant: string): string {
    return `sip:${this.userOf(participant)}@${this.domainOf(participant)}`;
  }

  addressOf(entrance: ServerEntrance): SocketAddress {
    return this.#placed.entrance(entrance);
  }

  nameOf(address: SocketAddress): string | undefined {
    return this.#addressing?.nameOf(address);
  }

  async caughtUp(): Promise<void> {}

  stop(): Promise<void> {
    return this.closeSockets();
  }

  /** Stops everybody without a word. */
  protected async closeSockets(): Promise<void> {
    const elements = [...this.#endpoints.values(), ...this.#servers];
    this.#endpoints.clear();
    this.#servers.length = 0;
    await Promise.all(elements.map((element) => element.stop()));
  }

  /** The user part of a participant's address of record. */
  protected userOf(participant: string): string {
    return participant;
  }

  /** What the participant proves itself with; undefined where its server knows no password of it. */
  protected accountOf({ name, account }: Participant): Account | undefined {
    return account ? { user: name, password: this.#password(name) } : undefined;
  }

  /** The servers that this lab makes itself. */
  protected get ownServers(): readonly Server[] {
    return this.topology.servers;
  }

  protected personaOf(participant: Participant): Persona {
    return personaOf(participant);
  }

  /** Goes on to the next block of addresses while another program holds one of them. */
  protected async openSockets(): Promise<void> {
    const explicit = [...this.ownServers, ...this.topology.participants].some(({ address }) => address !== null);
    for (let tried = 1; ; tried++) {
      this.#build();
      const failures = await failuresOf([...this.#servers, ...this.#endpoints.values()]);
      if (failures.length === 0) return;
      await this.closeSockets();
      const other = failures.find((failure) => errorCode(failure) !== 'address-in-use');
      if (other !== undefined) throw other; // it would be so at any other address
      if (explicit) throw failures[0];
      if (tried === BLOCKS_TRIED) throw noAddressLeft(failures[0]);
      this.outputs.forget();
    }
  }

  get #placed(): Addressing {
    if (!this.#addressing) throw new BusyhereError('internal', 'the lab has no addresses before it starts');
    return this.#addressing;
  }

  #build(): void {
    this.#addressing = new Addressing(this.topology, this.addresses.nextBlock());
    const { makeServer = makeBuiltinServer, makeEndpoint = makeChosenEndpoint } = this.options;
    for (const server of this.ownServers) this.#servers.push(makeServer(this.#serverOptions(server)));
    for (const participant of this.topology.participants) {
      const options = this.#endpointOptions(participant);
      this.#endpoints.set(
        participant.name,
        makeEndpoint({ participant, options, persona: this.personaOf(participant), outputs: this.outputs }),
      );
    }
  }

  #serverOptions(server: Server): ProxyOptions {
    const { engine, random } = this.options;
    const addressing = this.#placed;
    const { servers, participants } = this.topology;
    const accounts = participants.filter(({ account, entrance }) => account && entrance.server === server.name);
    return {
      name: server.name,
      clock: engine.clock,
      random: random.fork(`server ${server.name}`),
      network: this.trace.network(server.name, this.#network),
      timers: this.#serverTimers(),
      ...(traitsOfAll(accounts).some(({ md5Only }) => md5Only) ? { digestAlgorithms: ['MD5'] } : {}),
      domain: server.domain,
      trust: {
        listeners: server.listeners,
        hosts: server.hosts.map((host) => addressing.hostTrust(host, servers)),
        quirks: server.quirks,
      },
      peers: server.routes.map((route) => addressing.peer(route, servers)),
      accounts: accounts.map(({ name }) => ({ user: name, password: this.#password(name) })),
      routes: server.routes.map((route) => ({
        kind: route.kind,
        pattern: route.pattern,
        nextHop: addressing.host(route.nextHop, servers),
        listener: route.from,
        role: route.nextHopRole,
      })),
      listeners: server.listeners.map(({ name }) => ({ name, address: addressing.entrance({ server: server.name, listener: name }) })),
      recordRoute: servers.length > 1,
      journal: (entry) => this.journal.push(entry),
    };
  }

  /** Who has timers of his own repeats his ringing as seldom as RFC 3261 §13.3.1.1 allows: a scaled Timer C would end the call. */
  #serverTimers(): TimerValues {
    const { timers } = this.options;
    const unscaled = traitsOfAll(this.topology.participants).some(({ horizonMs }) => horizonMs !== null);
    return unscaled ? { ...timers, timerC: RFC3261_TIMERS.timerC } : timers;
  }

  #endpointOptions(participant: Participant): EndpointOptions {
    const { engine, timers, random } = this.options;
    const { name, entrance } = participant;
    const account = this.accountOf(participant);
    return {
      name,
      address: this.#placed.participant(name),
      clock: engine.clock,
      random: random.fork(`participant ${name}`),
      network: this.trace.network(name, this.#network),
      timers,
      domain: this.domainOf(name),
      identity: this.addressOfRecord(name),
      outbound: this.#placed.entrance(entrance),
      ...(account ? { account } : {}),
    };
  }

  #password(participant: string): string {
    return this.#passwords.get(participant) ?? '';
  }
}

/** Starts all, and waits for each: who is closed while it still starts opens its socket afterwards, and nobody closes that. */
async function failuresOf(elements: readonly { start(): Promise<unknown> }[]): Promise<unknown[]> {
  const started = await Promise.allSettled(elements.map(async (element) => element.start()));
  return started.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
}

function noAddressLeft(cause: unknown): BusyhereError {
  return new BusyhereError(
    'environment',
    `${BLOCKS_TRIED} blocks of addresses were tried, and in each one was taken`,
    "ss -lun 'sport = :5060' shows who holds them",
    { cause },
  );
}
