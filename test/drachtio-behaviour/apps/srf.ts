import type { EventEmitter } from 'node:events';
import type { Server } from 'node:net';
import Library from 'drachtio-srf';
import type { Headers, SrfMessage, SrfRequest, SrfResponse } from './srf-message.js';

// The types that drachtio-srf 5.0.29 brings lack much of what it documents (options of connect, req.proxy, auth), so that
// the suite names what it uses. The library itself runs as it is published.

export interface SrfDialog extends EventEmitter {
  readonly id: string;
  readonly type: 'uac' | 'uas';
  readonly connected: boolean;
  readonly onHold: boolean;
  readonly sip: { readonly callId: string; readonly localTag: string; readonly remoteTag: string };
  readonly local: { readonly uri: string; readonly sdp: string };
  readonly remote: { readonly uri: string; readonly sdp: string };
  readonly other: SrfDialog | undefined;
  destroy(options?: { headers?: Headers }): Promise<SrfRequest>;
  modify(sdp: string): Promise<string>;
  modify(options: { noAck: boolean }): Promise<{ sdp: string; ack: (sdp: string) => void }>;
  request(options: { method: string; headers?: Headers; body?: string; auth?: Credentials }): Promise<SrfMessage>;
}

export interface Credentials {
  username: string;
  password: string;
}

export interface RequestOptions {
  method: string;
  headers?: Headers;
  body?: string;
  proxy?: string;
  auth?: Credentials;
}

export interface UacOptions {
  method?: string;
  headers?: Headers;
  localSdp?: string;
  proxy?: string;
  auth?: Credentials;
  callingNumber?: string;
  callingName?: string;
  followRedirects?: boolean;
  noAck?: boolean;
}

export interface Progress {
  cbRequest?: (error: Error | null, request: SrfRequest) => void;
  cbProvisional?: (response: SrfResponse) => void;
  cbFinalizedUac?: (dialog: SrfDialog) => void;
}

export interface B2buaOptions extends UacOptions {
  responseHeaders?: Headers | ((response: SrfResponse, headers: Headers) => Headers);
  localSdpA?: string | ((sdp: string, response: SrfResponse) => string | Promise<string>);
  localSdpB?: string;
  proxyRequestHeaders?: string[];
  proxyResponseHeaders?: string[];
  passFailure?: boolean;
  passProvisionalResponses?: boolean;
}

export interface ProxyOptions {
  forking?: 'sequential' | 'simultaneous';
  recordRoute?: boolean;
  followRedirects?: boolean;
  provisionalTimeout?: string;
  finalTimeout?: string;
  headers?: Headers;
}

export interface ProxyResult {
  readonly connected: boolean;
  readonly finalStatus: number;
  readonly finalResponse: { readonly time: string; readonly status: number; readonly msg: SrfMessage };
  readonly responses: readonly {
    readonly address: string;
    readonly port: number;
    readonly msgs: readonly { readonly time: string; readonly status: number; readonly msg: SrfMessage }[];
  }[];
}

export type Handler = (request: SrfRequest, response: SrfResponse, next: () => void) => void;

export interface ConnectOptions {
  host: string;
  port: number;
  secret: string;
  enablePing?: boolean;
  pingInterval?: number;
  reconnect?: { maxAttempts?: number };
}

export interface Srf extends EventEmitter {
  readonly idle: boolean;
  connect(options: ConnectOptions): void;
  listen(options: { host: string; port: number; secret: string } | { server: Server; secret: string }): Server;
  disconnect(): void;
  endSession(message: SrfRequest | SrfResponse): void;
  use(handler: Handler): void;
  use(method: string, handler: Handler): void;
  unregisterForMessages(method: string): void;
  request(uri: string, options: RequestOptions, callback: (error: Error | null, request: SrfRequest) => void): void;
  proxyRequest(request: SrfRequest, destination: string | string[], options?: ProxyOptions): Promise<ProxyResult>;
  createUAS(request: SrfRequest, response: SrfResponse, options: { localSdp?: string; headers?: Headers }): Promise<SrfDialog>;
  createUAC(uri: string, options: UacOptions, progress?: Progress): Promise<SrfDialog>;
  createB2BUA(
    request: SrfRequest,
    response: SrfResponse,
    uri: string,
    options?: B2buaOptions,
    progress?: Progress,
  ): Promise<{ uas: SrfDialog; uac: SrfDialog }>;
  findDialogById(id: string): SrfDialog | undefined;
  findDialogByCallIDAndFromTag(callId: string, tag: string): SrfDialog | undefined;
}

export function createSrf(tags?: readonly string[]): Srf {
  const srf: EventEmitter = tags ? new Library([...tags]) : new Library();
  return srf as Srf;
}

/** What an emitter hands over the next time that it emits something. */
export function emitted<Values extends unknown[]>(emitter: EventEmitter, event: string): Promise<Values> {
  return new Promise((resolve) => emitter.once(event, (...values) => resolve(values as Values)));
}
