import { randomBytes } from 'node:crypto';

/** A word that nobody else has: tags, branches, Call-IDs. */
export function fresh(prefix: string): string {
  return `${prefix}${randomBytes(8).toString('hex')}`;
}

/** Call-IDs that begin so belong to the suite's own round trips, and count nowhere. */
export const SETTLING = 'settling-';

/** A session description, short and without a trap in it. */
export function sdp(name: string, port: number): string {
  return [
    'v=0',
    `o=${name} 53655765 2353687637 IN IP4 127.0.0.1`,
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    `m=audio ${port} RTP/AVP 0`,
    'a=rtpmap:0 PCMU/8000',
    'a=sendrecv',
    '',
  ].join('\r\n');
}

export const OFFER = sdp('offerer', 6000);
export const ANSWER = sdp('answerer', 7000);
