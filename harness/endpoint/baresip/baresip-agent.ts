import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Timer } from '../../platform/clock.js';
import { BusyhereError } from '../../platform/errors.js';
import { within } from '../../platform/within.js';
import type { EndpointOptions } from '../endpoint.js';
import type { Persona } from '../persona.js';
import type { ProgramEnd } from '../program/supervised-program.js';
import { BaresipProcess } from './baresip-process.js';
import { accountLine } from './config-text.js';
import { type BaresipEvent, type BaresipReply, ControlLink } from './control-link.js';
import { InstantMessages } from './instant-messages.js';
import { SentRequests } from './sent-requests.js';
import { SipLog } from './sip-log.js';
import { remarksOf } from './start-failure.js';

export interface BaresipAgentOptions extends EndpointOptions {
  /** For its files. */
  readonly folder: string;
}

/** What a call wants to hear. */
export interface CallListener {
  /** Empty while it is not known. */
  readonly callId: string;
  heard(event: BaresipEvent): void;
  /** baresip is gone. */
  gone(): void;
}

/** What came of an agent when it was stopped. */
export interface AgentEnd {
  /** Undefined where it ran until we ended it. */
  readonly end: ProgramEnd | undefined;
  readonly remarks: readonly string[];
}

const LOOK_AGAIN_MS = 15;
const END_TOLD_MS = 500;

/** One baresip that plays one endpoint, and what all its calls share. */
export class BaresipAgent {
  readonly identity: string;
  readonly log: SipLog;
  readonly sent: SentRequests;
  readonly messages = new InstantMessages(this);
  /** Invitations and sessions that are pending or active. */
  readonly calls = new Set<CallListener>();
  readonly #waits = new Map<Timer, () => void>();
  #link: ControlLink | undefined;
  #hasAccount = false;
  #isGone = false;

  private constructor(
    readonly options: BaresipAgentOptions,
    readonly persona: Persona,
    private readonly program: BaresipProcess,
    private readonly stranger: (event: BaresipEvent | undefined) => void,
  ) {
    this.identity = options.identity ?? `sip:${options.name}@${options.domain}`;
    this.log = new SipLog(program.log, options.address);
    this.sent = new SentRequests(this.log, options.account !== undefined);
  }

  /**
   * Resolves when baresip takes commands.
   * @param stranger told of what concerns no call that is known; without an event: baresip is gone
   * @throws BusyhereError `environment`, `address-in-use`
   */
  static async start(
    options: BaresipAgentOptions,
    persona: Persona,
    stranger: (event: BaresipEvent | undefined) => void,
  ): Promise<BaresipAgent> {
    const { name, address, clock, folder } = options;
    // Who refuses a second session by himself has it refused by baresip: its own 486, without a 180.
    const maxCalls = persona.refuse(1) ? 1 : 0;
    const program = await BaresipProcess.start({ name, address, clock, folder, maxCalls });
    const agent = new BaresipAgent(options, persona, program, stranger);
    try {
      agent.#link = await ControlLink.open(program.control, { heard: (event) => agent.#heard(event), gone: () => agent.#gone() });
    } catch (error) {
      await program.kill();
      throw error;
    }
    return agent;
  }

  get hasAccount(): boolean {
    return this.#hasAccount;
  }

  command(name: string, params?: string): Promise<BaresipReply> {
    return this.#link?.command(name, params) ?? Promise.resolve({ ok: false, data: 'baresip is not running' });
  }

  /**
   * Gives it its account, in place of the one that it has: another one cannot be changed, only made.
   * @param expires seconds to register for; 0 for not at all. Registered contacts of the one before are taken away.
   */
  async setAccount(expires: number): Promise<void> {
    const { account, outbound, name } = this.options;
    const replaces = this.#hasAccount;
    this.#hasAccount = true;
    const made = this.command('uanew', accountLine({ identity: this.identity, account, outbound, expires }));
    if (replaces) {
      this.command('uanext');
      this.command('uadel', this.identity); // the first that has this address
    }
    const { ok, data } = await made;
    if (!ok) throw new BusyhereError('environment', `${name}'s baresip takes no account: ${data.trim()}`);
  }

  /** Commands go to its current call: makes it this one, where there are several. */
  callCommand(callId: string, name: string): void {
    if (this.calls.size > 1) this.command('callfind', callId);
    this.command(name);
  }

  /** Writes a file where baresip looks for its own. */
  write(file: string, text: string): void {
    writeFileSync(join(this.options.folder, file), text);
  }

  /** Looks again and again until something holds, or the time is over, or the agent was stopped. @returns whether it holds */
  async until(holds: () => boolean, patienceMs: number): Promise<boolean> {
    const { clock } = this.options;
    const deadline = clock.now() + patienceMs;
    while (!holds()) {
      if (!this.#link || clock.now() >= deadline) return false;
      await new Promise<void>((resolve) => {
        const timer = clock.setTimer(LOOK_AGAIN_MS, () => {
          this.#waits.delete(timer);
          resolve();
        });
        this.#waits.set(timer, resolve);
      });
    }
    return true;
  }

  /** Ends baresip; open calls are dropped without a word. */
  async stop(): Promise<AgentEnd> {
    // Its connection tells of its end a moment before the system says how it ended.
    if (this.#isGone) await within(this.options.clock, END_TOLD_MS, this.program.ended);
    const { end } = this.program;
    this.#link?.close();
    this.#release();
    await this.program.kill();
    return { end, remarks: remarksOf(this.program.output) };
  }

  #release(): void {
    this.log.close();
    this.#link = undefined;
    this.calls.clear();
    for (const [timer, resolve] of this.#waits) {
      timer.cancel();
      resolve();
    }
    this.#waits.clear();
  }

  #heard(event: BaresipEvent): void {
    const call = event.id === undefined ? undefined : [...this.calls].find(({ callId }) => callId === event.id);
    if (call) call.heard(event);
    else this.stranger(event);
  }

  #gone(): void {
    const calls = [...this.calls];
    this.#isGone = true;
    this.#release();
    for (const call of calls) call.gone();
    this.stranger(undefined);
  }
}
