/**
 * Every error that busyhere raises on purpose carries a `code` from this list, so that callers can tell them apart
 * without `instanceof`: a program may hold two copies of this module, one per module kind.
 */
export type ErrorCode =
  | 'usage' // the command line or an argument of a public function cannot be understood
  | 'configuration' // a configuration file cannot be used
  | 'scenario' // a scenario or profiles file cannot be used
  | 'capture' // a capture cannot be read
  | 'address-in-use' // somebody holds the address
  | 'address-unavailable' // this machine has no such address, or not the right to it
  | 'environment' // something that a run needs is missing from the machine
  | 'transport' // a datagram could not be sent
  | 'interrupted' // the user ended the run
  | 'internal'; // a fault of our own

/** An error with a stable code, and what to do about it where we know. */
export class BusyhereError extends Error {
  override readonly name = 'BusyhereError';

  /**
   * @param code stable, for programs
   * @param message what happened and where, for people
   * @param hint what to do about it
   */
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly hint?: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** The code of any error of ours, from whichever copy of the module it came; undefined for foreign errors. */
export function errorCode(error: unknown): ErrorCode | undefined {
  if (!(error instanceof Error) || error.name !== 'BusyhereError') return undefined;
  return (error as Partial<BusyhereError>).code;
}
