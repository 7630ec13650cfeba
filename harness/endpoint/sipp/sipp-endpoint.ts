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
  RequestOptions,
} from '../endpoint.js';
import type { Persona } from '../persona.js';
import { reportedEnd } from '../program/end-text.js';
import type { ProgramOutputs } from '../program/program-outputs.js';
import { RegistrationError } from '../registration.js';
import { SippAgent, withType } from './sipp-agent.js';
import { SippIncomingCall } from './sipp-incoming-call.js';
import { SippOutgoingCall } from './sipp-outgoing-call.js';
import { type RequestText, SippRequest } from './sipp-request.js';
import type { TwinEvent } from './twin-link.js';

const EXPIRES_S = 3600;
/** What the personas answer with by themselves. */
const PERSONAL_STATUSES = [404, 486, 488, 603];

export interface SippEndpointOptions extends EndpointOptions {
  /** The codes that the script has it answer with. */
  readonly statuses: readonly number[];
  readonly outputs: ProgramOutputs;
  /** Of a folder within the participant's, where sipp does something else for it too. */
  readonly part?: string;
}

/** An endpoint played by sipp: its messages, its retransmissions and its matching of responses; the persona's manners are ours. */
export class SippEndpoint implements Endpoint {
  readonly #requests = new Set<SippRequest>();
  #agent: SippAgent | undefined;
  #registeredUntil = Number.NEGATIVE_INFINITY;
  #invitationHandler: ((call: IncomingCall) => void) | undefined;
  #messageHandler: ((message: IncomingMessage) => void) | undefined;

  constructor(
    private readonly settings: SippEndpointOptions,
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

  async start(): Promise<void> {
    const { outputs, name, part, statuses } = this.settings;
    const options = { ...this.settings, folder: outputs.folderOf(name, part), statuses: [...PERSONAL_STATUSES, ...statuses] };
    this.#agent = new SippAgent(options, this.persona);
    await this.#agent.start((event) => this.#told(event));
  }

  register(): Promise<void> {
    return this.#register(EXPIRES_S);
  }

  unregister(): Promise<void> {
    return this.#register(0);
  }

  invite(target: string, options: InviteOptions = {}): OutgoingCall {
    return new SippOutgoingCall(this.#started, target, options);
  }

  message(target: string, text: string, { headers = [] }: RequestOptions = {}): OutgoingRequest {
    return this.#request('message', { target, headers: withType(headers, 'text/plain;charset=UTF-8', text), body: text });
  }

  options(target: string, { headers = [] }: RequestOptions = {}): OutgoingRequest {
    return this.#request('options', { target, headers: [['Accept', 'application/sdp, text/plain'], ...headers] });
  }

  onInvitation(handler: (call: IncomingCall) => void): void {
    this.#invitationHandler = handler;
  }

  onMessage(handler: (message: IncomingMessage) => void): void {
    this.#messageHandler = handler;
  }

  async stop(): Promise<void> {
    for (const request of this.#requests) request.abandon();
    const agent = this.#agent;
    this.#agent = undefined;
    if (!agent) return;
    const { outputs, name } = this.settings;
    const { complaints, end } = await agent.stop();
    outputs.tell({ participant: name, program: 'sipp', ...reportedEnd(end), remarks: complaints });
  }

  get #started(): SippAgent {
    if (!this.#agent) throw new BusyhereError('usage', `endpoint ${this.name} has not been started`);
    return this.#agent;
  }

  #told({ event, message }: TwinEvent): void {
    if (event === 'gone') this.settings.outputs.lose(this.name, 'sipp');
    if (!this.#agent || message?.kind !== 'request') return;
    if (event === 'invite') this.#invited(this.#agent, message);
    else if (event === 'message') this.#messageHandler?.(instantMessage(message));
  }

  #invited(agent: SippAgent, request: SipRequest): void {
    const refusal = this.persona.refuse(agent.sessions.size);
    const call = new SippIncomingCall(agent, request);
    if (refusal) return call.reject(refusal.status, refusal.reason);
    this.#invitationHandler?.(call);
    if (call.state === 'offered') this.persona.handle(call);
  }

  async #register(expires: number): Promise<void> {
    const registrar = `sip:${this.settings.domain}`;
    const status = await this.#request('register', { target: registrar, headers: [['Expires', String(expires)]] }).done;
    const granted = status !== undefined && status < 300;
    if (!granted) throw new RegistrationError(this.name, registrar, status, this.#whyNot(status));
    this.#registeredUntil = this.settings.clock.now() + expires * 1000;
  }

  #whyNot(status: number | undefined): string {
    if (status !== undefined) return reasonPhrase(status);
    return this.#agent?.isThere === false ? 'its sipp has ended' : 'no final response';
  }

  #request(verb: 'register' | 'message' | 'options', text: RequestText): OutgoingRequest {
    const request = new SippRequest(this.#started, verb, text);
    this.#requests.add(request);
    request.done.finally(() => this.#requests.delete(request));
    return request;
  }
}

function instantMessage(request: SipRequest): IncomingMessage {
  return { from: request.from?.uriText ?? '', contentType: request.contentType ?? 'text/plain', text: request.body.toString('utf8') };
}
