/// <reference path="./sipjs-udp.d.ts" />
import type { IncomingMessage, MediaHandler as LibraryMediaHandler, RequestOptions, ServerSession, Session, Sip, UA } from 'sipjs-udp';
import type { SocketAddress } from '../../platform/socket-address.js';
import { SipRequest } from '../../sip/message.js';
import type { EndpointOptions, ExtraHeaders, IncomingCall, OutgoingCall } from '../endpoint.js';
import { addressOfUri, userOfUri } from '../hop.js';
import type { Persona } from '../persona.js';
import { AgentScope } from './agent-scope.js';
import { MediaHandler, type MediaHandlerOptions } from './media-handler.js';
import { sendBy } from './mend-client-transactions.js';
import { Transport } from './transport.js';

const CALL_ID_DIGITS = 24;
/** The library answers 408 by itself after this time, where RFC 3261 leaves that to the caller's side; seconds. */
const NO_ANSWER_TIMEOUT_S = 1_000_000;
const EXPIRES_S = 3600;

/** What an agent is told by the library. */
export interface AgentUser {
  invited(session: ServerSession, request: SipRequest, media: MediaHandler): void;
  message(request: SipRequest): void;
}

/** One agent of the library, and what all calls of it share. */
export class Agent {
  readonly identity: string;
  readonly user: string;
  /** Invitations and sessions that are pending or active. */
  readonly sessions = new Set<OutgoingCall | IncomingCall>();
  readonly ua: UA;
  readonly #requests = new WeakMap<object, SipRequest>();
  readonly #media = new WeakMap<object, MediaHandler>();
  /** Of the session that is being made just now, whose media handler the library asks for. */
  #offering: Pick<MediaHandlerOptions, 'offered' | 'body'> | undefined;

  private constructor(
    readonly sip: Sip,
    readonly options: EndpointOptions,
    readonly persona: Persona,
    readonly scope: AgentScope,
    readonly transport: Transport,
    readonly address: SocketAddress,
    user: AgentUser,
  ) {
    this.identity = options.identity ?? `sip:${options.name}@${options.domain}`;
    this.user = userOfUri(this.identity);
    this.ua = scope.run(() => this.#createUserAgent(user));
    scope.run(() => transport.connect(this.ua));
  }

  /** @throws BusyhereError `address-in-use` or `address-unavailable` */
  static async open(sip: Sip, options: EndpointOptions, persona: Persona, user: AgentUser): Promise<Agent> {
    const scope = new AgentScope(options.clock, options.timers);
    const transport = new Transport(sip, scope, options.outbound);
    const address = await transport.open(options.network, options.address);
    return new Agent(sip, options, persona, scope, transport, address, user);
  }

  newCallId(): string {
    return `${this.options.random.token(CALL_ID_DIGITS)}@${this.address.address}`;
  }

  /** The library's options for a request outside a dialog. */
  requestOptions(callId: string, headers: ExtraHeaders = []): RequestOptions {
    return { params: { call_id: callId, from_uri: this.identity }, extraHeaders: headers.map(([name, value]) => `${name}: ${value}`) };
  }

  /** Has a request sent to the outbound server, or straight elsewhere. */
  route(request: object, target: string, to?: SocketAddress): void {
    const hop = to ?? this.options.outbound ?? addressOfUri(target);
    if (hop) sendBy(request, hop);
  }

  /** Makes a session whose offer is known. */
  offering<Made>(offer: Pick<MediaHandlerOptions, 'offered' | 'body'>, make: () => Made): Made {
    this.#offering = offer;
    try {
      return make();
    } finally {
      this.#offering = undefined;
    }
  }

  async close(): Promise<void> {
    this.scope.close();
    this.sessions.clear();
    await this.transport.close();
  }

  #createUserAgent(user: AgentUser): UA {
    const { options, sip } = this;
    const { account, domain } = options;
    const agent = new sip.UA({
      // Also the address of Via and Contact, so it cannot be the address of record.
      uri: `sip:${this.user}@${hostPort(this.address)}`,
      autostart: false,
      register: false,
      doUAS: true,
      registrarServer: `sip:${domain}`,
      registerExpires: EXPIRES_S,
      noAnswerTimeout: NO_ANSWER_TIMEOUT_S,
      userAgentString: `sipjs-udp/${sip.version}`,
      mediaHandlerFactory: (session) => this.#mediaHandler(session),
      log: { builtinEnabled: false },
      ...(account ? { authorizationUser: account.user, password: account.password } : { authenticationFactory: refuseToAuthenticate }),
    });
    const { receiveRequest } = sip.UA.prototype;
    agent.receiveRequest = (request: IncomingMessage) => {
      const received = this.transport.received;
      if (received instanceof SipRequest) this.#requests.set(request, received);
      receiveRequest.call(agent, request);
    };
    agent.on('message', () => {
      if (this.transport.received instanceof SipRequest) user.message(this.transport.received);
    });
    agent.on('invite', (session: ServerSession) => {
      const [request, media] = [this.#requests.get(session.request), this.#media.get(session)];
      if (request && media) user.invited(session, request, media);
    });
    return agent;
  }

  #mediaHandler(session: Session): LibraryMediaHandler {
    // The library sends a 180 of its own accord before anybody was asked.
    session.progress = () => session;
    const { random } = this.options;
    const offer = this.#offering ?? { offered: this.persona.offer('voice') };
    const { address } = this.address;
    const media = new MediaHandler({ ...offer, taken: this.persona.media, user: this.user, address, random });
    this.#media.set(session, media);
    return media;
  }
}

function hostPort({ address, port }: SocketAddress): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Without an account a challenge is final; the library would answer with a password of "null". */
function refuseToAuthenticate(): { authenticate(): boolean } {
  return { authenticate: () => false };
}
