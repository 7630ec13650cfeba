import type { SipMessage } from '../sip/message.js';

export const SDP = 'application/sdp';

/** The type and subtype of a body in lower case, without parameters; undefined where there is no body or no type. */
export function mediaTypeOf(message: SipMessage): string | undefined {
  return message.body.length === 0 ? undefined : message.contentType?.split(';')[0]?.trim().toLowerCase();
}

/** The SDP that a message carries. */
export function sdpOf(message: SipMessage): string | undefined {
  return mediaTypeOf(message) === SDP ? message.body.toString('utf8') : undefined;
}
