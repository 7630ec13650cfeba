import { isToken } from './characters.js';

/** A header field's name, known to us or not. */
export interface HeaderName {
  /** As it is written to the wire: the RFC's spelling, or for a name we do not know the one it came with. */
  readonly canonical: string;
  /** Lower case, never the compact form: what names are compared by. */
  readonly key: string;
  /** Whether commas separate elements of its value. */
  readonly list: boolean;
}

/** RFC 3261 §20 and the extensions in use; lists first, then headers whose commas separate nothing. */
const LISTS =
  'Accept Accept-Encoding Accept-Language Alert-Info Allow Allow-Events Call-Info Contact Content-Encoding Content-Language Diversion ' +
  'Error-Info Geolocation History-Info In-Reply-To P-Asserted-Identity P-Associated-URI P-Preferred-Identity Path Privacy Proxy-Require ' +
  'Reason Record-Route Require Route Security-Client Security-Server Security-Verify Service-Route Supported Unsupported Via Warning';
const SINGLES =
  'Authentication-Info Authorization Call-ID Content-Disposition Content-Length Content-Type CSeq Date Event Expires From Identity ' +
  'Max-Forwards MIME-Version Min-Expires Min-SE Organization Priority Proxy-Authenticate Proxy-Authentication-Info Proxy-Authorization ' +
  'RAck Refer-To Referred-By Replaces Reply-To Request-Disposition Retry-After RSeq Server Session-Expires SIP-ETag SIP-If-Match Subject ' +
  'Subscription-State Target-Dialog Timestamp To User-Agent WWW-Authenticate';
/** RFC 3261 §7.3.3 and the registry that followed it. */
const COMPACT: Readonly<Record<string, string>> = {
  a: 'Accept-Contact',
  b: 'Referred-By',
  c: 'Content-Type',
  d: 'Request-Disposition',
  e: 'Content-Encoding',
  f: 'From',
  i: 'Call-ID',
  j: 'Reject-Contact',
  k: 'Supported',
  l: 'Content-Length',
  m: 'Contact',
  n: 'Identity-Info',
  o: 'Event',
  r: 'Refer-To',
  s: 'Subject',
  t: 'To',
  u: 'Allow-Events',
  v: 'Via',
  x: 'Session-Expires',
  y: 'Identity',
};

const KNOWN = new Map<string, HeaderName>();
/** Names in the RFC's spelling by length and first letter: one look and one comparison find nearly every line of real traffic. */
const BUCKETS: HeaderName[][] = Array.from({ length: 32 * 32 }, () => []);

function know(canonical: string, list: boolean): HeaderName {
  const name = { canonical, key: canonical.toLowerCase(), list };
  KNOWN.set(canonical, name).set(name.key, name);
  BUCKETS[bucket(canonical.length, canonical.charCodeAt(0))]?.push(name);
  return name;
}

function bucket(length: number, firstCode: number): number {
  return ((length & 31) << 5) | (firstCode & 31);
}

for (const name of LISTS.split(' ')) know(name, true);
for (const name of SINGLES.split(' ')) know(name, false);
for (const [compact, name] of Object.entries(COMPACT)) {
  const known = KNOWN.get(name) ?? know(name, name.endsWith('-Contact'));
  KNOWN.set(compact, known).set(compact.toUpperCase(), known);
}

/** The name for any spelling: case is of no account, compact forms are the long ones. */
export function headerName(name: string): HeaderName {
  const known = KNOWN.get(name);
  if (known) return known;
  const key = name.toLowerCase();
  return KNOWN.get(key) ?? { canonical: name, key, list: true };
}

/** The name that stands in the text from `start` to `end`; undefined where that is no token. */
export function headerNameAt(text: string, start: number, end: number): HeaderName | undefined {
  const name = text.slice(start, end);
  const candidates = BUCKETS[bucket(name.length, text.charCodeAt(start))] ?? [];
  for (let index = 0; index < candidates.length; index++) {
    const candidate = candidates[index];
    if (candidate?.canonical === name) return candidate;
  }
  return isToken(name) ? headerName(name) : undefined;
}
