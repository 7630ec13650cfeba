import type { SocketAddress } from '../../platform/socket-address.js';
import { parseChallenge } from '../../sip/digest.js';
import type { Headers } from '../../sip/headers.js';
import type { SipMessage } from '../../sip/message.js';
import { decodeUtf8 } from '../../sip/octets.js';
import { parseMessage } from '../../sip/parse-message.js';
import { stampReceived } from '../../transaction/response-address.js';

/** A datagram as the library can read it, and as it was. */
export interface ReceivedMessage {
  readonly text: string;
  /** Undefined where our own parser refused it. */
  readonly message: SipMessage | undefined;
}

const CHALLENGES: ReadonlySet<string> = new Set(['WWW-Authenticate', 'Proxy-Authenticate']);

/**
 * Writes a datagram anew, so that the library understands all that it says. As it is the library would drop a request whose
 * top Via is a list, look at no source address, know few compact names, keep the last of repeated headers, challenges
 * included, and take octets for characters.
 */
export function receivedMessage(datagram: Buffer, source: SocketAddress): ReceivedMessage {
  const parsed = parseMessage(datagram);
  if (!parsed.ok) return { text: datagram.toString('utf8'), message: undefined };
  const message = parsed.value;
  const copy = message.clone();
  const via = copy.kind === 'request' ? copy.topVia : undefined;
  if (copy.kind === 'request' && via) stampReceived(copy, via, source); // RFC 3261 §18.2.1, RFC 3581 §4
  const startLine = copy.kind === 'request' ? `${copy.method} ${copy.requestUri} SIP/2.0` : `SIP/2.0 ${copy.status} ${copy.reason}`;
  const lines = [startLine, ...fieldLines(copy.headers), '', ''].map((line) => decodeUtf8(line));
  return { text: lines.join('\r\n') + copy.body.toString('utf8'), message };
}

function* fieldLines(headers: Headers): Generator<string> {
  const done = new Set<string>();
  for (const [name] of headers.entries()) {
    const key = name.toLowerCase();
    if (done.has(key)) continue;
    done.add(key);
    if (name === 'Via') for (const value of headers.list(name)) yield `${name}: ${value}`;
    else if (CHALLENGES.has(name)) yield `${name}: ${challengeToMeet(headers.all(name))}`;
    else yield `${name}: ${headers.all(name).join(', ')}`;
  }
}

/** The library computes MD5 alone. */
function challengeToMeet(challenges: readonly string[]): string | undefined {
  const meets = challenges.find((text) => {
    const challenge = parseChallenge(text);
    return challenge.ok && /^MD5$/i.test(challenge.value.algorithm ?? 'MD5');
  });
  return meets ?? challenges[0];
}
