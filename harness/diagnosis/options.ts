import { formatSocketAddress, type SocketAddress } from '../platform/socket-address.js';

export interface DiagnosisOptions {
  /** How long after the last branch ended a final must have passed on, in ms. */
  readonly horizonMs: number;
  /** How long a branch stays open after its last provisional response, in ms. */
  readonly timerC: number;
  /** Until when the trace was watched, in ms of the trace. Default: until its last event. */
  readonly end?: number;
  /** Keep the octets of INVITEs and finals in the attempts' events. Default: no, as they take memory. */
  readonly keepMessages?: boolean;
  /** Names for the reasons' sentences. Default: addresses. */
  readonly names?: (address: SocketAddress) => string | undefined;
}

/** How an address is called in sentences. */
export function nameOf(options: Pick<DiagnosisOptions, 'names'>, address: SocketAddress): string {
  return options.names?.(address) ?? formatSocketAddress(address);
}
