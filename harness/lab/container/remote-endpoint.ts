import type {
  Endpoint,
  EndpointOptions,
  IncomingCall,
  IncomingMessage,
  InviteOptions,
  OutgoingCall,
  OutgoingRequest,
  RequestOptions,
} from '../../endpoint/endpoint.js';
import { errorCode } from '../../platform/errors.js';
import type { SocketAddress } from '../../platform/socket-address.js';
import type { ElementReply } from './control-client.js';
import type { Command } from './control-message.js';
import type { EndpointSettings, RemoteRequestOptions } from './element-settings.js';
import { RemoteIncomingCall, RemoteOutgoingCall, RemoteRequest } from './remote-call.js';

const CALL_ID_DIGITS = 24;
/** What becomes of a call that could not even be begun. */
const NOT_INVITED = { state: 'failed', finalStatus: null, shown: null } as const;

/** The way to the container where an element sits. */
export interface ElementChannel {
  ask(command: Command): Promise<void>;
  hear(element: string, listener: (reply: ElementReply) => void): () => void;
  /** Something that nobody waits for could not be done. */
  failed(error: unknown): void;
}

/** A container that is gone has closed all that it had. */
export function unlessGone(error: unknown): void {
  if (errorCode(error) !== 'transport') throw error;
}

export interface RemoteEndpointOptions {
  /** Unique in the container. */
  readonly element: string;
  readonly channel: ElementChannel;
  readonly settings: EndpointSettings;
  /** Of the Call-IDs, which are known here before the container has heard of the call. */
  readonly random: EndpointOptions['random'];
}

/** An endpoint in a container, driven over its control channel. */
export class RemoteEndpoint implements Endpoint {
  readonly #calls = new Map<number, RemoteOutgoingCall | RemoteIncomingCall>();
  readonly #requests = new Map<number, RemoteRequest>();
  #invitationHandler: ((call: IncomingCall) => void) | undefined;
  #messageHandler: ((message: IncomingMessage) => void) | undefined;
  #endHearing: (() => void) | undefined;
  #nextCall = 0;
  #registered = false;

  constructor(private readonly remote: RemoteEndpointOptions) {}

  get name(): string {
    return this.remote.settings.name;
  }

  get address(): SocketAddress {
    return this.remote.settings.address;
  }

  get registered(): boolean {
    return this.#registered;
  }

  async start(): Promise<void> {
    const { channel, element, settings } = this.remote;
    this.#endHearing = channel.hear(element, (reply) => this.#heard(reply));
    await channel.ask({ do: 'openEndpoint', element, settings });
  }

  async stop(): Promise<void> {
    const { channel, element } = this.remote;
    if (!this.#endHearing) return;
    this.#endHearing();
    this.#endHearing = undefined;
    for (const request of this.#requests.values()) request.finish(null); // whoever waits for an answer need not any more
    await channel.ask({ do: 'close', element }).catch(unlessGone);
  }

  async register(): Promise<void> {
    const { channel, element } = this.remote;
    await channel.ask({ do: 'register', element, expires: 3600 });
    this.#registered = true;
  }

  async unregister(): Promise<void> {
    const { channel, element } = this.remote;
    await channel.ask({ do: 'register', element, expires: 0 });
    this.#registered = false;
  }

  invite(target: string, options: InviteOptions = {}): OutgoingCall {
    const [call, own] = [this.#newCall(), this.#requestOptions(options)];
    const outgoing = new RemoteOutgoingCall(own.callId, (action) => this.#send({ do: 'call', element: this.#element, call, action }));
    this.#calls.set(call, outgoing);
    const notInvited = (): void => outgoing.changed(NOT_INVITED);
    this.#send({ do: 'invite', element: this.#element, call, target, options: own }, notInvited);
    return outgoing;
  }

  message(target: string, text: string, options: RequestOptions = {}): OutgoingRequest {
    const own = this.#requestOptions(options);
    return this.#request(own, (call) => ({ do: 'message', element: this.#element, call, target, text, options: own }));
  }

  options(target: string, options: RequestOptions = {}): OutgoingRequest {
    const own = this.#requestOptions(options);
    return this.#request(own, (call) => ({ do: 'options', element: this.#element, call, target, options: own }));
  }

  onInvitation(handler: (call: IncomingCall) => void): void {
    this.#invitationHandler = handler;
  }

  onMessage(handler: (message: IncomingMessage) => void): void {
    this.#messageHandler = handler;
  }

  get #element(): string {
    return this.remote.element;
  }

  #newCall(): number {
    const call = this.#nextCall;
    this.#nextCall += 2;
    return call;
  }

  #requestOptions({ headers, ...given }: InviteOptions): RemoteRequestOptions {
    const callId = given.callId ?? `${this.remote.random.token(CALL_ID_DIGITS)}@${this.address.address}`;
    return { ...given, callId, ...(headers ? { headers: headers.map(([name, value]): [string, string] => [name, value]) } : {}) };
  }

  #request(own: RemoteRequestOptions, command: (call: number) => Command): OutgoingRequest {
    const call = this.#newCall();
    const request = new RemoteRequest(own.callId);
    this.#requests.set(call, request);
    this.#send(command(call), () => request.finish(null));
    return request;
  }

  /** What is sent later arrives later, so nobody needs to wait for it. @param undone told, besides the channel, where it was not done */
  #send(command: Command, undone?: () => void): void {
    this.remote.channel.ask(command).catch((error) => {
      if (!this.#endHearing) return; // of an endpoint that was stopped meanwhile nobody wants to hear
      this.remote.channel.failed(error);
      undone?.();
    });
  }

  #heard(reply: ElementReply): void {
    switch (reply.type) {
      case 'invitation':
        return this.#invited(reply);
      case 'callChanged':
        return this.#calls.get(reply.call)?.changed(reply);
      case 'answered':
        return this.#requests.get(reply.call)?.finish(reply.finalStatus);
      case 'text':
        return this.#messageHandler?.(reply);
      case 'journal':
        return;
    }
  }

  #invited(invitation: Extract<ElementReply, { type: 'invitation' }>): void {
    const { call } = invitation;
    const incoming = new RemoteIncomingCall(invitation, (action) => this.#send({ do: 'call', element: this.#element, call, action }));
    this.#calls.set(call, incoming);
    this.#invitationHandler?.(incoming);
    if (incoming.state === 'offered') this.#send({ do: 'call', element: this.#element, call, action: { kind: 'byItself' } });
  }
}
