import type {
  Endpoint,
  IncomingCall,
  IncomingMessage,
  InviteOptions,
  OutgoingCall,
  OutgoingRequest,
  RequestOptions,
} from '../endpoint/endpoint.js';
import type { SocketAddress } from '../platform/socket-address.js';

/** An endpoint at somebody else's proxy: it remembers its calls, so that it can leave with a word of goodbye. */
export class GuestEndpoint implements Endpoint {
  readonly #calls: OutgoingCall[] = [];

  constructor(private readonly inner: Endpoint) {}

  get name(): string {
    return this.inner.name;
  }

  get address(): SocketAddress {
    return this.inner.address;
  }

  get registered(): boolean {
    return this.inner.registered;
  }

  start(): Promise<void> {
    return this.inner.start();
  }

  register(): Promise<void> {
    return this.inner.register();
  }

  unregister(): Promise<void> {
    return this.inner.unregister();
  }

  invite(target: string, options?: InviteOptions): OutgoingCall {
    const call = this.inner.invite(target, options);
    this.#calls.push(call);
    return call;
  }

  message(target: string, text: string, options?: RequestOptions): OutgoingRequest {
    return this.inner.message(target, text, options);
  }

  options(target: string, options?: RequestOptions): OutgoingRequest {
    return this.inner.options(target, options);
  }

  onInvitation(handler: (call: IncomingCall) => void): void {
    this.inner.onInvitation(handler);
  }

  onMessage(handler: (message: IncomingMessage) => void): void {
    this.inner.onMessage(handler);
  }

  stop(): Promise<void> {
    return this.inner.stop();
  }

  /** Gives up what rings and hangs up what was answered; resolves when every call is over. */
  async takeLeave(): Promise<void> {
    await Promise.all(this.#calls.map(ended));
  }
}

function ended(call: OutgoingCall): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (isOver(call)) resolve();
    };
    call.onChange(look);
    call.hangUp();
    look();
  });
}

function isOver({ state }: OutgoingCall): boolean {
  return state === 'rejected' || state === 'cancelled' || state === 'ended' || state === 'failed';
}
