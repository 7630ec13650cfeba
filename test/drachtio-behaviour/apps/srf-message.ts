import type { EventEmitter } from 'node:events';

export type Headers = Record<string, string>;

export interface SrfMessage {
  readonly method: string;
  readonly status: number;
  readonly reason: string;
  readonly uri: string;
  readonly body: string;
  readonly headers: Headers;
  get(name: string): string | undefined;
  has(name: string): boolean;
  getParsedHeader(name: string): { uri: string; params: Record<string, string>; seq: number };
}

export interface SrfRequest extends SrfMessage, EventEmitter {
  readonly source: string;
  readonly source_address: string;
  readonly source_port: number;
  readonly protocol: string;
  readonly receivedOn: string;
  readonly stackTime: string;
  readonly stackTxnId: string;
  readonly stackDialogId: string;
  readonly callingNumber: string;
  readonly callingName: string;
  readonly calledNumber: string;
  readonly isNewInvite: boolean;
  readonly server: { readonly address: string; readonly hostport: string };
  cancel(callback?: (error: Error | null, request: SrfRequest) => void): void;
  cancel(options: { headers?: Headers }, callback?: (error: Error | null, request: SrfRequest) => void): void;
}

export type Ack = (options?: { body?: string; headers?: Headers }) => void;

export interface SendOptions {
  headers?: Headers;
  body?: string;
}

export type SendCallback = (error: Error | string | null, sent?: SrfMessage) => void;

export interface SrfResponse extends SrfMessage, EventEmitter {
  readonly finalResponseSent: boolean;
  readonly source_address: string;
  readonly source_port: number;
  set(name: string, value: string): void;
  send(status: number, options?: SendOptions): void;
  send(status: number, reason: string, options?: SendOptions): void;
  send(status: number, options: SendOptions, callback: SendCallback): void;
  send(status: number, callback: SendCallback): void;
}
