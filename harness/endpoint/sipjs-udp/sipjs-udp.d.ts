/** What we use of sipjs-udp 0.0.16, which ships no types. */
declare module 'sipjs-udp' {
  type Listener = (...args: never[]) => void;

  export interface Emitter {
    on(event: string, listener: Listener): this;
    once(event: string, listener: Listener): this;
  }

  export interface IncomingMessage {
    readonly via_branch: string;
    readonly method: string;
    readonly status_code: number;
    readonly call_id: string;
    readonly body: string | null;
  }

  /** A request of its own on the way out; {@link ClientTransaction} sends it. */
  export interface OutgoingRequest {
    readonly method: string;
    readonly call_id: string;
    setHeader(name: string, value: string): void;
    toString(): string;
  }

  export interface ClientTransaction {
    readonly request: OutgoingRequest;
    readonly state: number;
    readonly transport: Transport;
    host: string;
    port: number;
    send(): void;
    receiveResponse(response: IncomingMessage): void;
  }

  export interface ServerTransaction extends Emitter {
    readonly state: number;
    readonly transport: Transport;
    readonly host: string;
    readonly port: number;
    receiveResponse(status: number, response: string): Promise<unknown>;
  }

  /** What the library wants of a transport. */
  export interface Transport {
    connected: boolean;
    readonly server: { status?: number };
    send(host: string, port: number, message: { toString(): string }): boolean;
    disconnect(): void;
  }

  export interface MediaHandler {
    isReady(): boolean;
    close(): void;
    render(): void;
    mute(): void;
    unmute(): void;
    hold(): void;
    unhold(): void;
    getDescription(hint: unknown): Promise<string>;
    setDescription(description: string): Promise<void>;
  }

  export interface Session extends Emitter {
    readonly status: number;
    readonly request: IncomingMessage & OutgoingRequest & { readonly server_transaction?: ServerTransaction };
    readonly contact: string;
    progress: unknown;
    terminate(options?: { extraHeaders?: string[] }): void;
  }

  export interface ServerSession extends Session {
    accept(options?: { extraHeaders?: string[] }): void;
    reject(options: { statusCode: number; reasonPhrase: string; extraHeaders?: string[] }): void;
  }

  export interface ClientSession extends Session {
    invite(): void;
  }

  export interface ClientContext extends Emitter {
    readonly request: OutgoingRequest;
    send(): void;
  }

  export interface RegisterContext extends Emitter {
    readonly request: OutgoingRequest;
    readonly registered: boolean;
    register(options?: object): void;
    unregister(options?: object): void;
  }

  export interface RequestOptions {
    extraHeaders?: string[];
    contentType?: string;
    body?: string;
    inviteWithoutSdp?: boolean;
    params?: { call_id: string; from_uri: string };
  }

  export interface Configuration {
    uri: string;
    register: boolean;
    doUAS: boolean;
    autostart: boolean;
    registrarServer: string;
    authorizationUser?: string;
    password?: string;
    authenticationFactory?(): { authenticate(): boolean };
    userAgentString: string;
    /** Seconds. */
    noAnswerTimeout: number;
    registerExpires: number;
    mediaHandlerFactory(session: Session): MediaHandler;
    log: { builtinEnabled: boolean };
  }

  export interface UA extends Emitter {
    transport: Transport;
    readonly transactions: { readonly ist: Readonly<Record<string, ServerTransaction>> };
    readonly registerContext: RegisterContext;
    onTransportConnected(transport: Transport): void;
    receiveRequest(request: IncomingMessage): void;
    stop(): void;
  }

  interface Prototype<Type> {
    readonly prototype: Type;
  }

  /** The library, as `module.exports` has it. */
  export interface Sip {
    readonly version: string;
    readonly UA: { new (configuration: Configuration): UA; readonly prototype: UA };
    readonly ClientContext: { new (agent: UA, method: string, target: string, options: RequestOptions): ClientContext };
    readonly InviteClientContext: { new (agent: UA, target: string, options: RequestOptions): ClientSession };
    readonly Timers: Record<string, unknown>;
    readonly Transport: { readonly prototype: { onMessage(this: { ua: UA | undefined }, event: { data: string }): void } };
    readonly InviteServerContext: Prototype<{
      progress(this: ServerSession, options: { statusCode: number; reasonPhrase: string; extraHeaders: string[] }): void;
    }>;
    readonly Transactions: {
      readonly C: Readonly<
        Record<'STATUS_TRYING' | 'STATUS_PROCEEDING' | 'STATUS_CALLING' | 'STATUS_COMPLETED' | 'STATUS_TERMINATED', number>
      >;
      readonly InviteClientTransaction: Prototype<ClientTransaction>;
      readonly NonInviteClientTransaction: Prototype<ClientTransaction>;
      readonly InviteServerTransaction: Prototype<ServerTransaction>;
      checkTransaction: (ua: UA, request: IncomingMessage) => boolean | undefined;
    };
  }
}
