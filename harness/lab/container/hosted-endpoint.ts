import { MARKER_HEADER } from '../../diagnosis/sip-fields.js';
import type { Endpoint, IncomingCall, OutgoingCall, OutgoingRequest } from '../../endpoint/endpoint.js';
import type { Persona } from '../../endpoint/persona.js';
import { SipjsEndpoint } from '../../endpoint/sipjs-udp/sipjs-endpoint.js';
import { UserAgent } from '../../endpoint/user-agent.js';
import { BusyhereError } from '../../platform/errors.js';
import { personaOf } from '../persona-of.js';
import type { Command, ControlReply } from './control-message.js';
import { type ElementPorts, elementRandom, networkWithLinks } from './element-ports.js';
import type { CallAction, EndpointSettings } from './element-settings.js';

/** What a script may ask of an invitation's headers. */
const SHOWN_HEADERS = [MARKER_HEADER, 'User-Agent', 'Subject', 'Call-Info', 'Alert-Info', 'P-Asserted-Identity'];

type EndpointCommand = Extract<Command, { do: 'register' | 'invite' | 'message' | 'options' | 'call' }>;

/** An endpoint in this process that a harness elsewhere drives. Calls have the numbers that their side gives them: even there, odd here. */
export class HostedEndpoint {
  readonly #endpoint: Endpoint;
  readonly #persona: Persona;
  readonly #outgoing = new Map<number, OutgoingCall>();
  readonly #incoming = new Map<number, IncomingCall>();
  #nextIncoming = 1;

  constructor(
    private readonly element: string,
    settings: EndpointSettings,
    ports: ElementPorts,
    private readonly tell: (reply: ControlReply) => void,
  ) {
    const { role: _role, persona: _persona, numbers: _numbers, links: _links, seed: _seed, endpoint, ...options } = settings;
    this.#persona = personaOf(settings);
    const random = elementRandom(settings);
    const network = networkWithLinks(settings, ports, random);
    const own = { ...options, clock: ports.clock, random, network };
    this.#endpoint = endpoint === 'own' ? new UserAgent(own, this.#persona) : new SipjsEndpoint(own, this.#persona);
    // From the first invitation on, which may come sooner than anything that the harness says over this slower way.
    this.#endpoint.onInvitation((call) => this.#invited(call));
    this.#endpoint.onMessage(({ from, contentType, text }) => tell({ type: 'text', element, from, contentType, text }));
  }

  start(): Promise<void> {
    return this.#endpoint.start();
  }

  stop(): Promise<void> {
    return this.#endpoint.stop();
  }

  async execute(command: EndpointCommand): Promise<void> {
    switch (command.do) {
      case 'register':
        return command.expires === 0 ? this.#endpoint.unregister() : this.#endpoint.register();
      case 'call':
        return this.#act(command.call, command.action);
      case 'message':
        return this.#follow(command.call, this.#endpoint.message(command.target, command.text, command.options));
      case 'options':
        return this.#follow(command.call, this.#endpoint.options(command.target, command.options));
      case 'invite': {
        const call = this.#endpoint.invite(command.target, command.options);
        this.#outgoing.set(command.call, call);
        return call.onChange(() => this.#tellChange(command.call, call, call.shown));
      }
    }
  }

  /** Nothing is done before the harness has said what. */
  #invited(call: IncomingCall): void {
    const number = this.#nextIncoming;
    this.#nextIncoming += 2;
    this.#incoming.set(number, call);
    call.ignore();
    call.onChange(() => this.#tellChange(number, call, null));
    const shown = SHOWN_HEADERS.flatMap((name) => {
      const value = call.header(name);
      return value === undefined ? [] : [[name.toLowerCase(), value] as const];
    });
    const { callId, from, target } = call;
    this.tell({ type: 'invitation', element: this.element, call: number, callId, from, target, headers: Object.fromEntries(shown) });
  }

  #act(number: number, action: CallAction): void {
    const outgoing = this.#outgoing.get(number);
    if (outgoing) {
      if (action.kind === 'cancel') return outgoing.cancel();
      if (action.kind === 'hangUp') return outgoing.hangUp();
    }
    const incoming = this.#incoming.get(number);
    if (!incoming || action.kind === 'cancel')
      throw new BusyhereError('internal', `${this.element} has no such call: ${action.kind} ${number}`);
    switch (action.kind) {
      case 'hangUp':
        return incoming.hangUp();
      case 'answer':
        return incoming.answer();
      case 'ignore':
        return incoming.ignore();
      case 'byItself':
        return this.#persona.handle(incoming);
      case 'ring':
        return incoming.ring(action.status, action.reason);
      case 'reject':
        return incoming.reject(action.status, action.reason, action.headers);
    }
  }

  #follow(call: number, request: OutgoingRequest): void {
    void request.done.then((status) => this.tell({ type: 'answered', element: this.element, call, finalStatus: status ?? null }));
  }

  #tellChange(call: number, { state, finalStatus }: IncomingCall | OutgoingCall, shown: string | null): void {
    this.tell({ type: 'callChanged', element: this.element, call, state, finalStatus: finalStatus ?? null, shown });
  }
}
