import { isIPv4, isIPv6 } from 'node:net';
import { consistsOf, DIGIT, HOST, parseNumber, skip } from './characters.js';
import { accepted, type Outcome, refused } from './parsed.js';

/** `host` as written, an IPv6 reference with its brackets; `end` is the index after it. */
export interface HostAt {
  readonly host: string;
  readonly end: number;
}

/** Reads the host that begins at `at`: hostname, IPv4 address or IPv6 reference. */
export function parseHost(text: string, at: number): Outcome<HostAt, string> {
  const bracketed = text.charCodeAt(at) === 0x5b;
  const end = bracketed ? text.indexOf(']', at) + 1 : skip(text, at, HOST);
  if (end <= at) return refused(`expected a host at ${at}`);
  const host = text.slice(at, end);
  return (bracketed ? isIpv6Reference(host) : isHostname(host)) ? accepted({ host, end }) : refused(`"${host}" is no host`);
}

/** 1 to 65535. */
export function parsePort(text: string): number | undefined {
  const port = text.length <= 5 ? parseNumber(text, 65535) : undefined;
  return port === 0 ? undefined : port;
}

function isIpv6Reference(host: string): boolean {
  const address = host.slice(1, -1);
  // RFC 5118 section 4.10: the grammar of RFC 3261 had a third colon before an IPv4 tail, and both forms are about.
  return isIPv6(address) ? !address.includes('%') : address.length < 64 && isIPv6(address.replace(':::', '::'));
}

function isHostname(host: string): boolean {
  const first = host.charAt(0);
  if (first === '.' || first === '-' || host.includes('..')) return false;
  const lastDot = host.lastIndexOf('.', host.length - 2);
  // The last label of a name begins with a letter; one of digits only makes it an address.
  return !consistsOf(host.charAt(lastDot + 1), DIGIT) || !consistsOf(host.slice(lastDot + 1), DIGIT) || isIPv4(host);
}
