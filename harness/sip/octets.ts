/**
 * Text inside the SIP core is kept as octet strings: each character is one octet of the wire (a latin1 decoding), so that
 * any message can be put back byte for byte. People's eyes want {@link decodeUtf8}.
 */

/** The UTF-8 text that an octet string spells (RFC 3261 §7: the character set is UTF-8); bad sequences become U+FFFD. */
export function decodeUtf8(octets: string): string {
  return isAscii(octets) ? octets : Buffer.from(octets, 'latin1').toString('utf8');
}

/** The octet string for any text. */
export function encodeUtf8(text: string): string {
  return isAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/** The text itself when it is an octet string already, else its UTF-8: one character past U+00FF decides for the whole. */
export function asOctets(text: string): string {
  return /[^\x00-\xff]/.test(text) ? encodeUtf8(text) : text;
}

function isAscii(text: string): boolean {
  return !/[^\x00-\x7f]/.test(text);
}
