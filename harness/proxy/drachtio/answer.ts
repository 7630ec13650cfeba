import type { SipResponse } from '../../sip/message.js';
import { decodeUtf8 } from '../../sip/octets.js';
import { reasonPhrase } from '../../sip/reason-phrase.js';
import type { Fields } from './fields.js';
import type { SrfContent, SrfResponse } from './srf-port.js';

/** Answers with a response of ours, or of the callee's. */
export function answer(res: SrfResponse, response: SipResponse, headers: Fields): void {
  const body = response.body.length === 0 ? undefined : response.body.toString('utf8');
  sendStatus(res, response.status, decodeUtf8(response.reason), { headers, ...(body && { body }) });
}

/** Gives no answer where there was a final one. */
export function sendStatus(res: SrfResponse, status: number, reason = '', content: SrfContent = {}): void {
  if (res.finalResponseSent) return;
  const phrase = reason || reasonPhrase(status);
  try {
    res.send(status, phrase, content);
  } catch {
    // The library throws for codes that are not in its list. RFC 3261 §8.1.3.2: each means the same as the x00 of its class.
    res.send(Math.floor(status / 100) * 100, phrase, content);
  }
}
