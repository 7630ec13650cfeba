import { harmless } from '../../diagnosis/wording.js';
import { decodeUtf8 } from '../../sip/octets.js';

const MASK = '***';

/** Header fields whose values prove who somebody is, RFC 3261 §20.7, §20.28, §20.6; RFC 7616 §3.5. */
const CREDENTIALS = /^((?:proxy-)?(?:authorization|authentication-info))[ \t]*:(.*)$/is;
/** Parameters of digest credentials that tell nothing secret (RFC 7616 §3.4). */
const HARMLESS_PARAMS = new Set(['realm', 'uri', 'algorithm', 'qop', 'nc', 'opaque', 'userhash', 'username']);

/**
 * A message line by line, as it stood on the wire, for people's eyes: what would drive a terminal is spelled out, and
 * credentials, passwords and keys are masked unless they are wanted.
 */
export function messageLines(bytes: Buffer, showCredentials: boolean): string[] {
  const lines = unfolded(decodeUtf8(bytes.toString('latin1')));
  return lines.map((line) => harmless(showCredentials ? line : masked(line), spelledOut));
}

/** Lines of the message, in whichever way they end; a header field that was folded (RFC 3261 §7.3.1) is one line. */
function unfolded(text: string): string[] {
  return text
    .replace(/(?:\r\n|\r|\n)$/, '')
    .replace(/(?:\r\n|\r|\n)[ \t]+(?=\S)/g, ' ')
    .split(/\r\n|\r|\n/);
}

function spelledOut(sign: string): string {
  const code = sign.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
}

function masked(line: string): string {
  const field = CREDENTIALS.exec(line);
  if (field) return `${field[1]}: ${maskedCredentials(field[2] ?? '')}`;
  return line
    .replace(/(sips?:[^:@\s;>]+):[^@\s>]+@/gi, `$1:${MASK}@`) // RFC 3261 §19.1.1: a password in a URI
    .replace(/^(k=|a=key-mgmt:|a=ice-pwd:|a=crypto:[^\n]*?inline:).*$/i, `$1${MASK}`); // RFC 4566 §5.12, RFC 4568 §9.2
}

/** Only what is known to be harmless stays: a mistyped or unknown parameter may be the secret. */
function maskedCredentials(value: string): string {
  const trimmed = value.trim();
  const isDigest = /^digest\s/i.test(trimmed);
  if (!isDigest && !/^[\w-]+\s*=/.test(trimmed)) return `${/^[\w-]+(?=\s)/.exec(trimmed)?.[0] ?? ''} ${MASK}`.trim();
  const hidesUser = /userhash\s*=\s*"?true/i.test(trimmed);
  const params = trimmed.replace(/^digest\s+/i, '').match(/(?:[^,"]|"(?:\\.|[^"\\])*"?)+/g) ?? [];
  const shown = params.map((param) => {
    const name = /^\s*([\w-]+)\s*=/.exec(param)?.[1];
    if (name === undefined) return MASK;
    const isHarmless = HARMLESS_PARAMS.has(name.toLowerCase()) && !(hidesUser && /^username/i.test(name));
    return isHarmless ? param.trim() : `${name}=${MASK}`;
  });
  return `${isDigest ? 'Digest ' : ''}${shown.join(', ')}`;
}
