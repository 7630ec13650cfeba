import { SipProxy } from '../proxy/proxy.js';
import type { ProxyOptions } from '../proxy/proxy-options.js';

/** Something of a lab that has sockets. */
export interface LabElement {
  /** @throws BusyhereError `address-in-use` or `address-unavailable` */
  start(): Promise<void>;
  /** Leaves no timer and no socket; may be called whatever became of the start. */
  stop(): Promise<void>;
}

/** Makes the element that stands for one server of a topology, without starting it. */
export type MakeServer = (options: ProxyOptions) => LabElement;

/** The proxy of busyhere itself. */
export const makeBuiltinServer: MakeServer = (options) => new SipProxy(options);
