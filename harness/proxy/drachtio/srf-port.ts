/**
 * What the application uses of drachtio-srf 5.x. The package's own types leave several of these out, and tests put a
 * scripted one in its place.
 */

/** A message from the network, or one that the server says it sent. */
export interface SrfMessage {
  /** As it was on the wire. */
  readonly raw: string;
  readonly body: string | undefined;
  /** The peer's address; the server's own in a message that it sent. Empty where the server made the message up. */
  readonly source_address: string;
  readonly source_port: number;
}

export interface SrfRequest extends SrfMessage {
  readonly method: string;
  /** The server's address that the request arrived at, `host:port`; of requests outside dialogs only. */
  readonly receivedOn?: string;
  on(event: 'cancel', listener: () => void): unknown;
}

/** A request that the server sent for us. */
export interface SrfSentRequest extends SrfMessage {
  on(event: 'response', listener: (reply: SrfReply) => void): unknown;
  /** Ends an INVITE; throws where the connection is gone. */
  cancel(): void;
}

/** A response from the network, or one that the server gives for want of any. */
export interface SrfReply extends SrfMessage {
  readonly status: number;
}

export interface SrfContent {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/** The response to a request, to be sent. */
export interface SrfResponse {
  readonly finalResponseSent: boolean;
  /** Throws for a status that the library does not know. */
  send(status: number, content?: SrfContent): void;
  send(status: number, reason: string, content?: SrfContent): void;
}

export type SrfDialogMethod = 'info' | 'message' | 'notify' | 'options' | 'refer' | 'update';

export interface SrfDialog {
  /** The final response that made the dialog; the UAC's side has it. */
  readonly res: SrfReply;
  on(event: 'destroy', listener: (bye: SrfMessage | undefined) => void): unknown;
  on(event: 'modify' | SrfDialogMethod, listener: (req: SrfRequest, res: SrfResponse) => void): unknown;
  destroy(): Promise<unknown>;
  /** Sends a re-INVITE and gives the answer; rejects with a {@link SrfFailure}. */
  modify(sdp: string): Promise<string>;
  request(options: { method: string } & SrfContent): Promise<SrfReply>;
}

/** What `createB2BUA` rejects with: a final response of the callee's side, or something else that went wrong. */
export interface SrfFailure {
  readonly status?: number;
  readonly res?: SrfReply;
}

export interface SrfB2buaOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly responseHeaders: (reply: SrfReply) => Readonly<Record<string, string>>;
  readonly passFailure: false;
  /** The next hop, `sip:host:port`. */
  readonly proxy: string;
}

export interface Srf {
  use(method: string, handler: (req: SrfRequest, res: SrfResponse) => void): unknown;
  createB2BUA(
    req: SrfRequest,
    res: SrfResponse,
    uri: string,
    options: SrfB2buaOptions,
    progress: { cbRequest: (error: unknown, sent: SrfSentRequest | undefined) => void },
  ): Promise<{ uas: SrfDialog; uac: SrfDialog }>;
  request(
    uri: string,
    options: { method: string; proxy: string } & SrfContent,
    sent: (error: unknown, request: SrfSentRequest | undefined) => void,
  ): unknown;
}
