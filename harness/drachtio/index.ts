/** The entry `busyhere/drachtio`: a SIP server in this process for drachtio-srf applications. */

export { DrachtioServer } from './drachtio-server.js';
export { type DecodedFrames, encodeFrame, FrameDecoder, type FrameFault, MAX_FRAME_OCTETS } from './frame.js';
export type {
  NewRequest,
  ProxyAction,
  RedirectAction,
  RejectAction,
  RequestAction,
  RequestHandler,
  RouteAction,
} from './request-handler.js';
export type { HeldEntries, ServerCounters } from './server-counters.js';
export type { DrachtioServerOptions, ServerLimits, SipListenerOptions } from './server-options.js';
export { type RunningDrachtioServer, type StartOptions, startDrachtioServer } from './start-server.js';
