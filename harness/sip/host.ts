import { isIPv4, isIPv6 } from 'node:net';
import { DIGIT, HOST, parseNumber, skip } from './characters.js';
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
  // RFC 5118 §4.10: the grammar of RFC 3261 had a third colon before an IPv4 tail, and both forms are about.
  return isIPv6(address) ? !address.includes('%') : address.length < 64 && isIPv6(address.replace(':::', '::'));
}

function isHostname(host: string): boolean {
  if (isIPv4(host)) return true;
  const first = host.charCodeAt(0);
  if (first === 0x2e || first === 0x2d || host.includes('..')) return false; // "." and "-"
  // RFC 3261 §25.1, toplabel: a name whose last label is a number would be an address.
  return skip(host, host.lastIndexOf('.', host.length - 2) + 1, DIGIT) < host.length;
}
