import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BusyhereError } from '../../platform/errors.js';
import { formatSocketAddress } from '../../platform/socket-address.js';
import type { EndpointOptions, ExtraHeaders, IncomingCall, OutgoingCall } from '../endpoint.js';
import { userOfUri } from '../hop.js';
import type { Action } from '../messenger/action.js';
import type { Persona } from '../persona.js';
import { freePort } from '../program/free-port.js';
import { programPath } from '../program/program-path.js';
import type { ProgramEnd } from '../program/supervised-program.js';
import { type Describer, writeAnswer, writeOffer } from '../session-description.js';
import { CommandSocket } from './command-socket.js';
import type { Command } from './command-text.js';
import { endpointScenario } from './endpoint-scenario.js';
import type { Self } from './message-text.js';
import { START_MS, startFailure } from './sipp-errors.js';
import { SippProcess } from './sipp-process.js';
import { SIPP } from './traits.js';
import { type TwinEvent, TwinLink } from './twin-link.js';

const CALL_ID_DIGITS = 24;
const SCENARIO = 'endpoint.xml';
/** Where sipp listens for its twin, whatever it is told. */
const ANY_ADDRESS = '0.0.0.0';
const PORTS_TRIED = 5;
const PRODUCT: readonly [string, string] = ['User-Agent', 'SIPp (scenario of busyhere)'];

export interface SippAgentOptions extends EndpointOptions {
  /** The codes that it may be told to answer with, besides 100, 180 and 200. */
  readonly statuses: readonly number[];
  /** For its files. */
  readonly folder: string;
}

/** One sipp that plays one endpoint, and what all its calls share. */
export class SippAgent {
  /** Invitations and sessions that are pending or active. */
  readonly sessions = new Set<OutgoingCall | IncomingCall>();
  /** Who is told of what happens to a call, by Call-ID. */
  readonly #calls = new Map<string, (event: TwinEvent) => void>();

  readonly self: Self;
  #process: SippProcess | undefined;
  #link: TwinLink | undefined;
  #commands: CommandSocket | undefined;
  #stopped = false;

  constructor(
    readonly options: SippAgentOptions,
    readonly persona: Persona,
  ) {
    this.self = selfOf(options);
  }

  /**
   * Resolves when sipp listens.
   * @param stranger told of what happens to calls that nobody watches yet, and before all calls that sipp is `gone`
   * @throws BusyhereError `environment`, `address-in-use`, or `configuration` where it has no server to send to
   */
  async start(stranger: (event: TwinEvent) => void): Promise<void> {
    const { name, address, outbound, folder, clock, statuses } = this.options;
    if (!outbound) throw new BusyhereError('configuration', `${name}'s sipp needs a server that it sends to`);
    const file = join(folder, SCENARIO);
    writeFileSync(file, endpointScenario(this.self, statuses));
    for (let tried = 1; !this.#stopped; tried++) {
      const twin = { address: address.address, port: await freePort(ANY_ADDRESS) };
      if (this.#stopped) return;
      const args = ['-sf', file, '-3pcc', formatSocketAddress(twin), '-nd'];
      const sipp = new SippProcess({ path: programPath(SIPP), address, remote: outbound, folder, args });
      this.#process = sipp;
      const deadline = clock.now() + START_MS;
      const isThere = (): boolean => sipp.end === undefined && clock.now() < deadline;
      this.#link = await TwinLink.open(twin, clock, isThere, (event) => (this.#calls.get(event.callId) ?? stranger)(event));
      if (this.#link) {
        sipp.ended.then(() => this.#gone(stranger));
        const commands = await CommandSocket.open(address);
        if (this.#stopped) commands.close();
        else this.#commands = commands;
        return;
      }
      const { end } = sipp;
      await sipp.kill();
      if (this.#stopped) return;
      // Somebody was quicker to take the port of the channel.
      if (!/unable to bind twin/i.test(sipp.output) || tried === PORTS_TRIED) throw startFailure(name, address, end, sipp.output);
    }
  }

  /** False once sipp has ended by itself. */
  get isThere(): boolean {
    return this.#process?.end === undefined;
  }

  newCallId(): string {
    return `${this.options.random.token(CALL_ID_DIGITS)}@${this.options.address.address}`;
  }

  watch(callId: string, told: (event: TwinEvent) => void): void {
    this.#calls.set(callId, told);
  }

  /** Begins a call. */
  begin(command: Command): void {
    if (this.#canTake()) this.#link?.send(withProduct(command));
  }

  /** To a call that has begun: sipp keeps it until it can take it, and one only. */
  command(command: Command): void {
    if (this.#canTake()) this.#commands?.send(withProduct(command));
  }

  offer(action: Action): string {
    return writeOffer(this.#describer(), this.persona.offer(action), this.options.random);
  }

  /** Undefined where nothing of the offer fits. */
  answer(offer: string): string | undefined {
    return offer === '' ? this.offer('voice') : writeAnswer(offer, this.#describer(), this.persona.media, this.options.random);
  }

  /** Ends sipp. @returns what it complained of, and how it had ended before, where it did so by itself */
  async stop(): Promise<{ complaints: string[]; end: ProgramEnd | undefined }> {
    const sipp = this.#process;
    const end = sipp?.end;
    this.#stopped = true;
    this.#calls.clear();
    this.sessions.clear();
    await sipp?.kill(); // before it could complain that we hang up
    this.#link?.close();
    this.#commands?.close();
    return { complaints: sipp?.complaints ?? [], end };
  }

  #canTake(): boolean {
    if (!this.isThere) queueMicrotask(() => this.#allFail());
    return this.isThere;
  }

  /** sipp has ended, and by itself. */
  #gone(stranger: (event: TwinEvent) => void): void {
    if (this.#stopped) return;
    stranger({ callId: '', event: 'gone', message: undefined });
    this.#allFail();
  }

  /** Nothing more comes of any call. */
  #allFail(): void {
    for (const [callId, told] of [...this.#calls]) told({ callId, event: 'gone', message: undefined });
  }

  #describer(): Describer {
    const { random, address } = this.options;
    return { user: this.self.user, address: address.address, sessionId: random.uint32(), version: 1 };
  }
}

function selfOf({ name, domain, address, account, identity = `sip:${name}@${domain}` }: EndpointOptions): Self {
  return { identity, user: userOfUri(identity), hostPort: formatSocketAddress(address), domain, account };
}

function withProduct(command: Command): Command {
  return { ...command, headers: [PRODUCT, ...(command.headers ?? [])] };
}

/** Headers with a content type, where there is a body. */
export function withType(headers: ExtraHeaders, type: string, body: string): ExtraHeaders {
  return body === '' ? headers : [['Content-Type', type], ...headers];
}
