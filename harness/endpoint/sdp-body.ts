import type { Headers } from '../sip/headers.js';
import { parseMediaType } from '../sip/media-type.js';
import type { SipMessage } from '../sip/message.js';
import { parseMultipart } from '../sip/multipart.js';

export const SDP = 'application/sdp';
/** The multipart types whose parts are taken one by one (RFC 5621 §3.1). */
const MULTIPART = /^multipart\/(?:mixed|alternative|related)$/;
const MAX_DEPTH = 4; // of parts within parts: nobody nests deeper in earnest

interface Body {
  readonly headers: Headers;
  readonly body: Buffer;
}

/** The type and subtype of a body in lower case, without parameters; undefined where there is no body or no type. */
export function mediaTypeOf({ headers, body }: Body): string | undefined {
  const type = body.length === 0 ? undefined : headers.get('Content-Type');
  const parsed = type === undefined ? undefined : parseMediaType(type);
  return parsed?.ok ? parsed.value.type : undefined;
}

/** The SDP that a message carries, as its body or as the first such part of a multipart body. */
export function sdpOf(message: SipMessage): string | undefined {
  return findSdp(message, MAX_DEPTH)?.toString('utf8');
}

function findSdp(body: Body, depth: number): Buffer | undefined {
  const type = mediaTypeOf(body);
  if (type === SDP) return body.body;
  if (type === undefined || !MULTIPART.test(type) || depth === 0) return undefined;
  const parts = parseMultipart(body.headers.get('Content-Type') ?? '', body.body);
  if (!parts.ok) return undefined;
  for (const part of parts.value) {
    const found = findSdp(part, depth - 1);
    if (found) return found;
  }
  return undefined;
}
