import type { Server } from 'node:net';
import { later, Unmet, within } from '../expectation.js';
import { Inbox } from '../inbox.js';
import { fresh, SETTLING } from '../peers/identity.js';
import type { Endpoint, Peer } from '../peers/peer.js';
import { Pending } from '../pending.js';
import type { Conversation } from './conversation.js';
import { type ConnectOptions, createSrf, emitted, type Handler, type RequestOptions, type Srf } from './srf.js';
import type { SrfMessage, SrfRequest, SrfResponse } from './srf-message.js';
import { Tap } from './tap.js';

export interface AppOptions {
  /** Methods that the app takes, lower case. Each request is handed to {@link App.next}. */
  readonly routes?: readonly string[];
  /** Methods that the app answers by itself. */
  readonly serve?: Readonly<Record<string, Handler>>;
  /** Whether the app asks for call detail records. */
  readonly cdr?: boolean;
  readonly tags?: readonly string[];
  readonly connect?: Partial<ConnectOptions>;
}

/** A request that reached the app's middleware. */
export interface Arrival {
  readonly req: SrfRequest;
  readonly res: SrfResponse;
  /** Has the CANCEL when the caller gives up. */
  readonly cancelled: Pending<SrfMessage>;
}

/** A request that an app sent outside of a dialog. */
export interface AppRequest {
  /** What the server says it sent. */
  readonly sent: Pending<SrfRequest>;
  readonly final: Pending<SrfMessage>;
  readonly provisional: readonly SrfMessage[];
}

/** A drachtio-srf application, unmodified, with a tap on its connection. */
export class App {
  readonly #arrivals: Inbox<Arrival>;
  readonly #errors: Error[] = [];
  #server: Server | undefined;
  #isConnected = false;
  #closing: Promise<void> | undefined;

  private constructor(
    readonly name: string,
    readonly srf: Srf,
    readonly tap: Tap,
  ) {
    this.#arrivals = new Inbox(name, ({ req }) => `${req.method} to the app`);
    srf.on('connect', (error: Error | null) => {
      this.#isConnected = !error;
    });
    srf.on('close', () => {
      this.#isConnected = false;
    });
    srf.on('error', (error: Error) => this.#errors.push(error));
    srf.use((req, res, next) => (req.get('call-id')?.startsWith(SETTLING) ? res.send(200) : next()));
  }

  /** An app that connects to the server (inbound mode), ready when the server has taken its routes. */
  static async connect(name: string, control: () => Endpoint, secret: string, options: AppOptions = {}): Promise<App> {
    const app = new App(name, createSrf(options.tags), await Tap.open(control, 'app'));
    if (options.cdr) for (const event of ['attempt', 'start', 'stop']) app.srf.on(`cdr:${event}`, () => undefined);
    for (const method of options.routes ?? []) app.route(method);
    for (const [method, handler] of Object.entries(options.serve ?? {})) app.srf.use(method, handler);
    const connected = emitted<[Error | null, ...unknown[]]>(app.srf, 'connect');
    app.srf.connect({ host: '127.0.0.1', port: app.tap.port, secret, ...options.connect });
    const [error] = await within(connected, `connection of ${name}`);
    if (error) {
      await app.tap.close();
      throw error;
    }
    await app.routed();
    return app;
  }

  /** An app that the server connects to (outbound mode), listening behind a tap. `port` is the tap's. */
  static async listen(name: string, secret: string, { port = 0, address = '127.0.0.1' }: Partial<Endpoint> = {}): Promise<App> {
    const target = { address: '127.0.0.1', port: 0 };
    const app = new App(name, createSrf(), await Tap.open(() => target, 'server', port, address));
    app.srf.use((req, res) => app.#arrived(req, res));
    const server = app.srf.listen({ host: '127.0.0.1', port: 0, secret });
    await within(emitted(app.srf, 'listening'), `listening of ${name}`);
    const own = server.address();
    if (typeof own === 'object' && own) target.port = own.port;
    app.#server = server;
    return app;
  }

  /** Takes requests with a method, as `srf.invite(…)` does. */
  route(method: string): void {
    this.srf.use(method, (req, res) => this.#arrived(req, res));
  }

  /** The same while connected: srf sends all its routes again, and the server has taken them. */
  async addRoute(method: string): Promise<void> {
    this.route(method);
    await this.conversation.find(`route for ${method}`, ({ verb, tokens }) => verb === 'route' && tokens[2] === method);
    await this.routed();
  }

  /** Waits until the server has answered every route of the connection. */
  async routed(): Promise<void> {
    await this.conversation.answered('route');
  }

  get conversation(): Conversation {
    return this.tap.conversation;
  }

  /** See {@link Conversation.told}; over all the app's connections. */
  told(): string[] {
    return this.tap.conversations.flatMap((conversation) => conversation.told());
  }

  /** The next request that reached the app, which has to be of this method. */
  async next(method: string, ms?: number): Promise<Arrival> {
    const arrival = await this.#arrivals.next(method, ms);
    if (arrival.req.method !== method) throw new Unmet(`expected ${method} at ${this.name}, seen ${arrival.req.method}`);
    return arrival;
  }

  /** Sends a request outside of a dialog. */
  sends(uri: string, options: RequestOptions): AppRequest {
    const provisional: SrfMessage[] = [];
    const sent = new Pending<SrfRequest>();
    const final = new Pending<SrfMessage>();
    // The response may follow on the heels of the server's word, so the listener has to be there in the callback already.
    this.srf.request(uri, options, (error, request) => {
      if (error) {
        sent.reject(error);
        return final.reject(error);
      }
      request.on('response', (response: SrfMessage) => (response.status >= 200 ? final.resolve(response) : provisional.push(response)));
      sent.resolve(request);
    });
    return { sent, final, provisional };
  }

  /** Sends a request outside of a dialog and waits for its final response. */
  asks(uri: string, options: RequestOptions, ms?: number): Promise<SrfMessage> {
    return later(within(this.sends(uri, options).final.promise, `final response to the app's ${options.method}`, ms));
  }

  /** Has a request go through the server to a peer and back, so that all that went before has arrived. */
  async settle(peer: Peer): Promise<void> {
    if (!this.#server && this.tap.isJoined) await this.asks(peer.uri, { method: 'OPTIONS', headers: { 'Call-ID': fresh(SETTLING) } });
  }

  get untaken(): readonly string[] {
    return [...this.#arrivals.untaken, ...this.#errors.map((error) => `error at ${this.name}: ${error.message}`)];
  }

  /** Takes the errors that the app's connection reported, where they are to be expected. */
  takeErrors(): readonly Error[] {
    return this.#errors.splice(0);
  }

  /** Disconnects, and waits until the server has let go of the connection. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#server) {
      this.#server.close();
      await this.tap.close();
      return;
    }
    // One that is about to reconnect can be told to stop only once it has.
    if (!this.#isConnected) await this.tap.absorb();
    const closed = emitted(this.srf, 'close');
    this.srf.disconnect();
    await within(closed, `end of ${this.name}'s connection`);
    await this.tap.close();
  }

  #arrived(req: SrfRequest, res: SrfResponse): void {
    const cancelled = new Pending<SrfMessage>();
    req.once('cancel', (message: SrfMessage) => cancelled.resolve(message));
    this.#arrivals.push({ req, res, cancelled });
  }
}
