import type { SocketAddress } from '../platform/socket-address.js';

/** What a request handler is told of a new request. */
export interface NewRequest {
  readonly method: string;
  readonly requestUri: string;
  readonly source: SocketAddress;
  /** The listener that the request came in on. */
  readonly receivedOn: SocketAddress;
  /** The message, as the application will get it. */
  readonly message: string;
}

/** The server answers by itself. */
export interface RejectAction {
  readonly action: 'reject';
  readonly data: { readonly status: number; readonly reason?: string };
}

/** The server answers 302 with these contacts. */
export interface RedirectAction {
  readonly action: 'redirect';
  readonly data: { readonly contacts: readonly string[] };
}

/** The server sends the request on by itself. */
export interface ProxyAction {
  readonly action: 'proxy';
  readonly data: {
    readonly destinations: readonly string[];
    readonly recordRoute?: boolean;
    readonly followRedirects?: boolean;
    readonly simultaneous?: boolean;
    /** `500ms`, `2s`. */
    readonly provisionalTimeout?: string;
    readonly finalTimeout?: string;
  };
}

/** The request goes to one application: by a connection to `uri`, or to a connected one that has the tag. */
export interface RouteAction {
  readonly action: 'route';
  readonly data: { readonly uri: string } | { readonly tag: string };
}

export type RequestAction = RejectAction | RedirectAction | ProxyAction | RouteAction;

/** Undefined: to one of the connected applications in turn. A text is short for a route to that URI. */
export type RequestHandler = (request: NewRequest) => RequestAction | string | undefined | Promise<RequestAction | string | undefined>;
