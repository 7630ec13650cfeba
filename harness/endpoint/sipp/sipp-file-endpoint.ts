import { readFileSync } from 'node:fs';
import { BusyhereError } from '../../platform/errors.js';
import type { SocketAddress } from '../../platform/socket-address.js';
import { within } from '../../platform/within.js';
import type { Endpoint, EndpointOptions, OutgoingCall, OutgoingRequest, RequestOptions } from '../endpoint.js';
import { userOfUri } from '../hop.js';
import type { Persona } from '../persona.js';
import { reportedEnd } from '../program/end-text.js';
import type { ProgramOutputs } from '../program/program-outputs.js';
import { FileRun } from './file-run.js';
import { SippEndpoint } from './sipp-endpoint.js';
import { SippFileCall } from './sipp-file-call.js';
import { beginsCalls, xmlMistake } from './user-scenario.js';

const CALL_ID_DIGITS = 24;
/** How long a call may take to be over when the next one begins, ms: what ended it is seen before sipp has ended. */
const LEAVING_MS = 2_000;

export interface SippFileEndpointOptions extends EndpointOptions {
  /** The user's scenario, and his data or null; absolute paths. */
  readonly file: string;
  readonly inject: string | null;
  readonly outputs: ProgramOutputs;
}

/**
 * An endpoint that a scenario of the user's plays in sipp. One that begins with a `recv` waits for calls as long as the case
 * goes on; one that begins with a `send` runs once for each `invite` of the script. Registering is ours to see to, before.
 */
export class SippFileEndpoint implements Endpoint {
  readonly #folder: string;
  readonly #runs: FileRun[] = [];
  /** Registers from the same address, which only one sipp at a time can have. */
  readonly #registrar: SippEndpoint;
  #makesCalls = false;
  #callsBegun = 0;
  /** Settled when the call before has begun, or come to nothing. */
  #turn: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(
    private readonly settings: SippFileEndpointOptions,
    persona: Persona,
  ) {
    this.#folder = settings.outputs.folderOf(settings.name);
    this.#registrar = new SippEndpoint({ ...settings, statuses: [], part: 'registrar' }, persona);
  }

  get name(): string {
    return this.settings.name;
  }

  get address(): SocketAddress {
    return this.settings.address;
  }

  get registered(): boolean {
    return this.#registrar.registered;
  }

  /** Tries the scenario, and leaves it running where it waits for calls and has no account to register first. */
  async start(): Promise<void> {
    const { file, domain, account } = this.settings;
    this.#makesCalls = makesCalls(file);
    if (!this.#makesCalls && !account) return this.#waitForCalls();
    const run = this.#start(this.#makesCalls ? ['-r', '0', '-m', '1', '-key', 'target', `sip:${domain}`] : [], 'trial');
    await run.listening();
    await this.#end(run);
  }

  async register(): Promise<void> {
    await this.#asRegistrar(() => this.#registrar.register());
    if (!this.#makesCalls) await this.#waitForCalls();
  }

  async unregister(): Promise<void> {
    await this.#endAll();
    await this.#asRegistrar(() => this.#registrar.unregister());
  }

  /** What is offered, and with which headers, is the scenario's own. One call at a time: each has the whole address to itself. */
  invite(target: string): OutgoingCall {
    const callId = `${this.settings.random.token(CALL_ID_DIGITS)}@${this.address.address}`;
    const begun = this.#turn.then(() => this.#beginCall(callId, target));
    this.#turn = begun.catch((error: Error) => {
      if (!this.#stopped) this.settings.outputs.lose(this.name, 'sipp', `cannot call ${target}: ${error.message}`);
    });
    return new SippFileCall(callId, begun);
  }

  message(_target: string, _text: string, _options?: RequestOptions): OutgoingRequest {
    throw noOrders(this.name, this.settings.file);
  }

  options(): OutgoingRequest {
    throw noOrders(this.name, this.settings.file);
  }

  /** The scenario decides. */
  onInvitation(): void {}

  onMessage(): void {}

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#registrar.stop();
    await this.#endAll();
  }

  async #waitForCalls(): Promise<void> {
    const run = this.#start([]);
    await run.listening();
    this.#watch(run);
  }

  /** @throws Error where another call is in the way */
  async #beginCall(callId: string, target: string): Promise<FileRun> {
    if (!this.#makesCalls) throw new Error('its file begins with a recv, and waits for calls');
    const before = this.#runs.at(-1);
    if (before && !(await within(this.settings.clock, LEAVING_MS, before.ended)))
      throw new Error('it still plays the call before, and its file plays one at a time');
    this.#callsBegun++;
    const part = this.#callsBegun === 1 ? '' : `call-${this.#callsBegun}`;
    const run = this.#start(['-m', '1', '-cid_str', callId, '-s', userOfUri(target), '-key', 'target', target], part);
    this.#watch(run);
    return run;
  }

  #watch(run: FileRun): void {
    run.ended.then(() => {
      if (run.broke) this.settings.outputs.lose(this.name, 'sipp');
    });
  }

  /** @param part of a folder within the participant's, for what another run does besides */
  #start(args: readonly string[], part?: string): FileRun {
    const { name, address, outbound, clock, file, inject, domain, account, outputs } = this.settings;
    if (!outbound) throw new BusyhereError('configuration', `${name}'s sipp needs a server that it sends to`);
    if (this.#stopped) throw stoppedBefore(name);
    const keys = ['-key', 'domain', domain, '-key', 'participant', name];
    const credentials = account ? ['-au', account.user, '-ap', account.password] : [];
    const run = new FileRun({
      name,
      address,
      remote: outbound,
      folder: part ? outputs.folderOf(name, part) : this.#folder,
      clock,
      file,
      inject,
      args: [...keys, ...credentials, ...args],
    });
    this.#runs.push(run);
    return run;
  }

  async #asRegistrar(work: () => Promise<void>): Promise<void> {
    if (this.#stopped) throw stoppedBefore(this.name);
    await this.#registrar.start();
    try {
      await work();
    } finally {
      await this.#registrar.stop();
    }
  }

  /** A run that was no part of the case. */
  async #end(run: FileRun): Promise<void> {
    this.#runs.splice(this.#runs.indexOf(run), 1);
    await run.stop();
  }

  async #endAll(): Promise<void> {
    const { outputs, name } = this.settings;
    for (const run of this.#runs.splice(0)) {
      const early = run.end;
      await run.stop();
      outputs.tell({ participant: name, program: 'sipp', ...reportedEnd(early), remarks: run.remarks });
    }
  }
}

/** Whether a scenario begins with a message of its own. @throws BusyhereError `scenario` where it is none */
function makesCalls(file: string): boolean {
  const text = textOf(file);
  const mistake = xmlMistake(text);
  if (mistake) throw new BusyhereError('scenario', `${file}:${mistake.line}:${mistake.column}: ${mistake.message}`);
  return beginsCalls(text);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new BusyhereError('scenario', `${file} cannot be read: ${(error as Error).message}`, undefined, { cause: error });
  }
}

/** Nobody hears of it: what was to be done is no longer wanted. */
function stoppedBefore(name: string): BusyhereError {
  return new BusyhereError('internal', `${name} was stopped before it had begun`);
}

function noOrders(name: string, file: string): BusyhereError {
  return new BusyhereError('scenario', `${name} does what ${file} says, and takes no orders of the script`);
}
