/// <reference path="./sipjs-udp.d.ts" />
import type { IncomingMessage, ServerSession } from 'sipjs-udp';
import { BusyhereError } from '../../platform/errors.js';
import type { SocketAddress } from '../../platform/socket-address.js';
import type { SipRequest } from '../../sip/message.js';
import { reasonPhrase } from '../../sip/reason-phrase.js';
import type {
  Endpoint,
  EndpointOptions,
  IncomingCall,
  IncomingMessage as InstantMessage,
  InviteOptions,
  OutgoingRequest,
  RequestOptions,
} from '../endpoint.js';
import type { Persona } from '../persona.js';
import { RegistrationError } from '../registration.js';
import { Agent } from './agent.js';
import { IncomingSession } from './incoming-session.js';
import { loadLibrary } from './library.js';
import type { MediaHandler } from './media-handler.js';
import { OutgoingSession } from './outgoing-session.js';
import { PlainRequest } from './plain-request.js';

/** An endpoint whose SIP is the library sipjs-udp's: parser, transactions, dialogs and sessions. The persona's manners are ours. */
export class SipjsEndpoint implements Endpoint {
  readonly #requests = new Set<PlainRequest>();
  #agent: Agent | undefined;
  #invitationHandler: ((call: IncomingCall) => void) | undefined;
  #messageHandler: ((message: InstantMessage) => void) | undefined;

  constructor(
    private readonly settings: EndpointOptions,
    private readonly persona: Persona,
  ) {}

  get name(): string {
    return this.settings.name;
  }

  get address(): SocketAddress {
    return this.#agent?.address ?? this.settings.address;
  }

  get registered(): boolean {
    return this.#agent?.ua.registerContext.registered ?? false;
  }

  async start(): Promise<void> {
    this.#agent = await Agent.open(await loadLibrary(), this.settings, this.persona, {
      invited: (session, request, media) => this.#invited(session, request, media),
      message: (request) => this.#messageHandler?.(instantMessage(request)),
    });
  }

  register(): Promise<void> {
    return this.#registration('registered', (agent) => agent.ua.registerContext.register());
  }

  async unregister(): Promise<void> {
    if (this.registered) await this.#registration('unregistered', (agent) => agent.ua.registerContext.unregister());
  }

  invite(target: string, options: InviteOptions = {}): OutgoingSession {
    return new OutgoingSession(this.#started, target, options);
  }

  message(target: string, text: string, options: RequestOptions = {}): OutgoingRequest {
    return this.#request(new PlainRequest(this.#started, 'MESSAGE', target, options, { type: 'text/plain;charset=UTF-8', text }));
  }

  options(target: string, options: RequestOptions = {}): OutgoingRequest {
    return this.#request(new PlainRequest(this.#started, 'OPTIONS', target, options));
  }

  onInvitation(handler: (call: IncomingCall) => void): void {
    this.#invitationHandler = handler;
  }

  onMessage(handler: (message: InstantMessage) => void): void {
    this.#messageHandler = handler;
  }

  async stop(): Promise<void> {
    for (const request of this.#requests) request.abandon();
    await this.#agent?.close();
    this.#agent = undefined;
  }

  get #started(): Agent {
    if (!this.#agent) throw new BusyhereError('usage', `endpoint ${this.name} has not been started`);
    return this.#agent;
  }

  #request(request: PlainRequest): OutgoingRequest {
    this.#requests.add(request);
    request.done.finally(() => this.#requests.delete(request));
    return request;
  }

  /** The library takes any number of calls at once: the persona is asked first. */
  #invited(session: ServerSession, request: SipRequest, media: MediaHandler): void {
    const agent = this.#started;
    const refusal = this.persona.refuse(agent.sessions.size);
    const call = new IncomingSession(agent, session, request, media);
    if (refusal) return call.reject(refusal.status, refusal.reason);
    this.#invitationHandler?.(call);
    if (call.state === 'offered') this.persona.handle(call);
  }

  #registration(done: 'registered' | 'unregistered', ask: (agent: Agent) => void): Promise<void> {
    const agent = this.#started;
    const { registerContext } = agent.ua;
    const registrar = `sip:${this.settings.domain}`;
    // The library addresses it to where it listens; a registrar wants the address of record (RFC 3261 §10.2).
    registerContext.request.setHeader('to', `<${agent.identity}>`);
    registerContext.request.setHeader('from', `<${agent.identity}>;tag=${this.settings.random.token(8)}`);
    agent.route(registerContext.request, registrar);
    return new Promise((resolve, reject) => {
      registerContext.once(done, () => resolve());
      registerContext.once('failed', (response: IncomingMessage | null) => {
        const status = response?.status_code;
        const reason = status === undefined ? 'no final response' : reasonPhrase(status);
        reject(new RegistrationError(this.name, registrar, status, reason));
      });
      agent.scope.run(() => ask(agent));
    });
  }
}

function instantMessage(request: SipRequest): InstantMessage {
  return { from: request.from?.uriText ?? '', contentType: request.contentType ?? 'text/plain', text: request.body.toString('utf8') };
}
