import { BusyhereError } from '../../platform/errors.js';
import type { SocketAddress } from '../../platform/socket-address.js';
import type { SipRequest } from '../../sip/message.js';
import { reasonPhrase } from '../../sip/reason-phrase.js';
import type {
  Endpoint,
  EndpointOptions,
  IncomingCall,
  IncomingMessage,
  InviteOptions,
  OutgoingCall,
  OutgoingRequest,
} from '../endpoint.js';
import type { Persona } from '../persona.js';
import { reportedEnd } from '../program/end-text.js';
import type { ProgramOutputs } from '../program/program-outputs.js';
import { RegistrationError } from '../registration.js';
import { BaresipAgent } from './baresip-agent.js';
import { BaresipIncomingCall } from './baresip-incoming-call.js';
import { BaresipOutgoingCall } from './baresip-outgoing-call.js';
import { BaresipRequest } from './baresip-request.js';
import type { BaresipEvent } from './control-link.js';
import { REQUEST_PATIENCE_MS } from './sent-requests.js';

const EXPIRES_S = 3600;

export interface BaresipEndpointOptions extends EndpointOptions {
  readonly outputs: ProgramOutputs;
}

/**
 * An endpoint played by baresip 1.0.0, SIP and manners: it rings when it is invited, and while it has a call it refuses any
 * other with 486 where the persona does. Ours is only the sentence that the persona's user would read.
 */
export class BaresipEndpoint implements Endpoint {
  #agent: BaresipAgent | undefined;
  /** Under way, or ended in whatever way. */
  #starting: Promise<unknown> = Promise.resolve();
  #registeredUntil = Number.NEGATIVE_INFINITY;
  /** Told how a registration ended: `200 OK`; undefined: baresip is gone. */
  #registering: ((outcome: string | undefined) => void) | undefined;
  #invitationHandler: ((call: IncomingCall) => void) | undefined;
  #messageHandler: ((message: IncomingMessage) => void) | undefined;

  constructor(
    private readonly settings: BaresipEndpointOptions,
    private readonly persona: Persona,
  ) {}

  get name(): string {
    return this.settings.name;
  }

  get address(): SocketAddress {
    return this.settings.address;
  }

  get registered(): boolean {
    return this.settings.clock.now() < this.#registeredUntil;
  }

  start(): Promise<void> {
    const started = this.#start();
    this.#starting = started.catch(() => {});
    return started;
  }

  async #start(): Promise<void> {
    const { outputs, name, account } = this.settings;
    const options = { ...this.settings, folder: outputs.folderOf(name) };
    this.#agent = await BaresipAgent.start(options, this.persona, (event) => this.#heard(event));
    if (!account) await this.#agent.setAccount(0); // nobody registers it, and it is to be called all the same
    if (this.#messageHandler) this.#listenForMessages(this.#agent);
  }

  async register(): Promise<void> {
    const agent = this.#started;
    const ended = new Promise<string | undefined>((resolve) => {
      this.#registering = resolve;
    });
    await agent.setAccount(EXPIRES_S);
    const outcome = await ended;
    if (!outcome?.startsWith('2')) throw this.#refusal(outcome ?? 'baresip is gone');
    this.#registeredUntil = this.settings.clock.now() + EXPIRES_S * 1000;
  }

  async unregister(): Promise<void> {
    if (!this.registered) return;
    const agent = this.#started;
    this.#registeredUntil = Number.NEGATIVE_INFINITY;
    await agent.setAccount(0);
    const status = (): number | undefined => takenAway(agent);
    await agent.until(() => status() !== undefined, REQUEST_PATIENCE_MS);
    const final = status();
    if (final === undefined || final >= 300) throw this.#refusal(final === undefined ? '' : `${final} ${reasonPhrase(final)}`);
  }

  invite(target: string, options: InviteOptions = {}): OutgoingCall {
    return new BaresipOutgoingCall(this.#withAccount, target, options);
  }

  message(target: string, text: string): OutgoingRequest {
    const agent = this.#withAccount;
    return new BaresipRequest(agent, 'MESSAGE', (isOver) => agent.messages.send(target, text, isOver));
  }

  options(target: string): OutgoingRequest {
    const agent = this.#withAccount;
    return new BaresipRequest(agent, 'OPTIONS', async () => (await agent.command('options', target)).ok);
  }

  onInvitation(handler: (call: IncomingCall) => void): void {
    this.#invitationHandler = handler;
  }

  onMessage(handler: (message: IncomingMessage) => void): void {
    if (!this.#messageHandler && this.#agent) this.#listenForMessages(this.#agent);
    this.#messageHandler = handler;
  }

  async stop(): Promise<void> {
    await this.#starting; // a child that is not there yet would be left
    const agent = this.#agent;
    this.#agent = undefined;
    if (!agent) return;
    const { outputs, name } = this.settings;
    const { end, remarks } = await agent.stop();
    outputs.tell({ participant: name, program: 'baresip', ...reportedEnd(end), remarks });
  }

  get #started(): BaresipAgent {
    if (!this.#agent) throw new BusyhereError('usage', `endpoint ${this.name} has not been started`);
    return this.#agent;
  }

  get #withAccount(): BaresipAgent {
    const agent = this.#started;
    if (!agent.hasAccount) agent.setAccount(0).catch(() => {}); // what is sent then fails, and says so
    return agent;
  }

  /** On its control channel it says nothing of messages that came in. */
  #listenForMessages(agent: BaresipAgent): void {
    const deliver = (): boolean => {
      for (const message of agent.messages.received()) this.#messageHandler?.(message);
      return false;
    };
    agent.until(deliver, Number.POSITIVE_INFINITY);
  }

  #heard(event: BaresipEvent | undefined): void {
    if (event === undefined) this.#gone();
    else if (event.type === 'REGISTER_OK' || event.type === 'REGISTER_FAIL') this.#registrationEnded(event.param);
    else if (event.type === 'CALL_INCOMING' && event.id !== undefined) this.#invited(event.id, event.param);
  }

  /** By itself. */
  #gone(): void {
    this.settings.outputs.lose(this.name, 'baresip');
    this.#registrationEnded(undefined);
  }

  #registrationEnded(outcome: string | undefined): void {
    this.#registering?.(outcome);
    this.#registering = undefined;
  }

  #invited(callId: string, peer: string): void {
    const agent = this.#agent;
    if (!agent) return;
    const call = new BaresipIncomingCall(agent, callId, agent.log.find(callId, 'INVITE')?.request, peer);
    this.#invitationHandler?.(call);
    if (call.state === 'offered') this.persona.handle(call);
  }

  /** @param outcome a status and its phrase, or what went wrong */
  #refusal(outcome: string): RegistrationError {
    const [, status, reason] = /^(\d{3}) ?(.*)/.exec(outcome) ?? [];
    const registrar = `sip:${this.settings.domain}`;
    if (status === undefined) return new RegistrationError(this.name, registrar, undefined, outcome || 'no final response');
    return new RegistrationError(this.name, registrar, Number(status), reason ?? '');
  }
}

/** The final response to the REGISTER that takes the contact away; undefined while there is none. */
function takenAway(agent: BaresipAgent): number | undefined {
  agent.log.read();
  const request = agent.log.requests.findLast(({ sent, request }) => sent && request.method === 'REGISTER' && expires(request) === 0);
  return request && agent.sent.meets(request) ? undefined : request?.finalStatus;
}

/** RFC 3261 §10.2.1.1: of the contact, else of all. */
function expires(request: SipRequest): number | undefined {
  const ofContact = request.contacts[0]?.params.get('expires');
  return typeof ofContact === 'string' ? Number(ofContact) : request.expires;
}
