/** Where markers are sent: nobody listens there, and no element is ever given the port. */
export const MARKER_PORT = 7061;

const LEAD = 'busyhere marker';

/**
 * A datagram that is sent to a host for nothing but to be seen in its capture: all that came before it on that host's wire
 * stands before it in the capture, so what is not there by then was not.
 */
export function markerPayload(run: string, round: number): Buffer {
  return Buffer.from(`${LEAD} ${run} ${round}`, 'latin1');
}

/** The round of a marker of this run; undefined for anything else. */
export function markerRound(payload: Buffer, run: string): number | undefined {
  const [, name, round] = /^busyhere marker (\S+) (\d{1,15})$/.exec(payload.toString('latin1', 0, 128)) ?? [];
  return name === run ? Number(round) : undefined;
}
