import { unescapeOctets } from './escapes.js';
import { headersOf, type Uri } from './uri.js';

/** Parameters that count as different when only one URI has them (RFC 3261 §19.1.4). */
const SIGNIFICANT = ['user', 'ttl', 'method', 'maddr', 'transport'];

/** Whether two URIs are equivalent by RFC 3261 §19.1.4; opaque ones are compared as they are written. */
export function sameUri(one: Uri, other: Uri): boolean {
  if (one.scheme.toLowerCase() !== other.scheme.toLowerCase()) return false;
  if (one.opaque !== undefined || other.opaque !== undefined) return one.opaque === other.opaque;
  if (one.host.toLowerCase() !== other.host.toLowerCase() || one.port !== other.port) return false;
  if (!sameUserinfo(one.user, other.user) || !sameUserinfo(one.password, other.password)) return false;
  return sameParams(one, other) && sameHeaders(one, other);
}

/** Case-sensitive; an escaped octet is the octet itself. */
function sameUserinfo(one: string | undefined, other: string | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one === other || unescapeOctets(one) === unescapeOctets(other);
}

function sameParams(one: Uri, other: Uri): boolean {
  if (SIGNIFICANT.some((name) => one.params.has(name) !== other.params.has(name))) return false;
  for (const [name, value] of one.params.entries()) {
    if (other.params.has(name) && other.params.get(name)?.toLowerCase() !== value?.toLowerCase()) return false;
  }
  return true;
}

/** All of them, in any order. */
function sameHeaders(one: Uri, other: Uri): boolean {
  const sorted = (uri: Uri) =>
    JSON.stringify(
      headersOf(uri)
        .map(([name, value]) => `${name.toLowerCase()}=${value}`)
        .sort(),
    );
  return sorted(one) === sorted(other);
}
