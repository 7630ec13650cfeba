import { decodeUtf8 } from '../sip/octets.js';
import { firstOctetOfSip } from '../trace/looks-like-sip.js';
import { harmless } from './wording.js';

/**
 * What the analysis reads of a message. A capture holds what others sent: damaged on the way, cut off by the capture, or
 * wrong from the start; so this takes whatever is there where the stack's own parser would rightly refuse.
 */
export interface SipFields {
  /** Null for a response. */
  readonly method: string | null;
  /** 0 for a request. */
  readonly status: number;
  readonly reason: string;
  readonly requestUser: string | undefined;
  readonly callId: string | undefined;
  /** -1 where it cannot be read. */
  readonly cseq: number;
  readonly cseqMethod: string | undefined;
  /** From the top; at most {@link MAX_VIAS}. */
  readonly vias: readonly ViaFields[];
  readonly fromTag: string | undefined;
  readonly toTag: string | undefined;
  readonly fromUser: string | undefined;
  readonly toUser: string | undefined;
  /** The header that our own endpoints write on every INVITE of an attempt. */
  readonly marker: string | undefined;
  /** RFC 7989. */
  readonly sessionId: string | undefined;
  /** The session description's origin line, user name to address. */
  readonly sdpOrigin: string | undefined;
  readonly credentials: boolean;
}

export interface ViaFields {
  readonly branch: string | undefined;
  readonly host: string;
  readonly port: number | undefined;
  readonly received: string | undefined;
  readonly rport: number | undefined;
}

export const MAX_VIAS = 70; // Max-Forwards of RFC 3261 §8.1.1.6: no lawful stack is deeper
export const MARKER_HEADER = 'X-Busyhere-Attempt';
const MAX_OCTETS = 64 * 1024;
const START_LINE = /^(?:SIP\/2\.0 +(\d{3})(?: +([^\r\n]*))?|([A-Za-z0-9\-.!%*_+`'~]+) +([^ \r\n]+)(?: +SIP\/2\.0)?)[ \t]*(?:\r?\n|\r|$)/;

interface Draft {
  callId?: string;
  cseq?: string;
  via: string[];
  from?: string;
  to?: string;
  marker?: string;
  sessionId?: string;
  credentials?: boolean;
}

/** Reads what can be read; undefined where it is no SIP message at all. Never throws. */
export function readSipFields(bytes: Buffer): SipFields | undefined {
  const text = bytes.toString('latin1', firstOctetOfSip(bytes), Math.min(bytes.length, MAX_OCTETS));
  const start = START_LINE.exec(text);
  if (!start) return undefined;
  const headers: Draft = { via: [] };
  const bodyAt = readHeaders(text, start[0].length, headers);
  const method = start[3] ?? null;
  const cseq = /^(\d{1,10})\s+([A-Za-z]+)/.exec(headers.cseq ?? '');
  const isInvite = method === 'INVITE';
  return {
    method,
    status: start[1] === undefined ? 0 : Number(start[1]),
    reason: readable((start[2] ?? '').trim()),
    requestUser: isInvite ? userOf(start[4] ?? '') : undefined,
    callId: headers.callId || undefined,
    cseq: cseq ? Number(cseq[1]) : -1,
    cseqMethod: cseq?.[2] ?? method ?? undefined,
    vias: readVias(headers.via),
    fromTag: tagOf(headers.from),
    toTag: tagOf(headers.to),
    fromUser: isInvite ? userOf(headers.from ?? '') : undefined,
    toUser: isInvite ? userOf(headers.to ?? '') : undefined,
    marker: headers.marker,
    sessionId: headers.sessionId === undefined ? undefined : /^[0-9a-fA-F]+/.exec(headers.sessionId)?.[0],
    sdpOrigin: isInvite && bodyAt !== -1 ? /(?:^|\n)o=([^\r\n]+)/.exec(text.slice(bodyAt))?.[1] : undefined,
    credentials: headers.credentials ?? false,
  };
}

/** Collects the header lines from `position` on; returns where the body begins, or -1. */
function readHeaders(text: string, position: number, into: Draft): number {
  let at = position;
  while (at < text.length) {
    let end = text.indexOf('\n', at);
    if (end === -1) return readCutLine(text, at, into);
    if (end === at || (end === at + 1 && text.charCodeAt(at) === 0x0d)) return end + 1;
    let next = text.charCodeAt(end + 1);
    while (next === 0x20 || next === 0x09) {
      end = text.indexOf('\n', end + 1); // RFC 3261 §7.3.1: folded
      if (end === -1) return -1;
      next = text.charCodeAt(end + 1);
    }
    readHeader(text, at, end, into);
    at = end + 1;
  }
  return -1;
}

/** Cut off within this line: half a value would be a wrong one, but Via entries before the last comma are whole. */
function readCutLine(text: string, at: number, into: Draft): -1 {
  const comma = text.lastIndexOf(',');
  if (comma > at && /^v(?:ia)?\s*:/i.test(text.slice(at, at + 10))) readHeader(text, at, comma, into);
  return -1;
}

/** Only the first letter is looked at before a line is cut out: most headers tell nothing here. */
function readHeader(text: string, from: number, to: number, into: Draft): void {
  const initial = text.charCodeAt(from) | 0x20;
  // a c f i p s t v x
  if (!(initial === 0x63 || initial === 0x76 || initial === 0x66 || initial === 0x74 || initial === 0x69) && !isRareInitial(initial))
    return;
  const colon = text.indexOf(':', from);
  if (colon === -1 || colon > to || colon - from > 40) return;
  const name = text.slice(from, colon).trimEnd().toLowerCase();
  const value = (): string => text.slice(colon + 1, to).trim();
  switch (name) {
    case 'via':
    case 'v':
      if (into.via.length < MAX_VIAS) into.via.push(value());
      return;
    case 'call-id':
    case 'i':
      into.callId ??= value();
      return;
    case 'cseq':
      into.cseq ??= value();
      return;
    case 'from':
    case 'f':
      into.from ??= value();
      return;
    case 'to':
    case 't':
      into.to ??= value();
      return;
    case 'x-busyhere-attempt':
      into.marker ??= value();
      return;
    case 'session-id':
      into.sessionId ??= value();
      return;
    case 'authorization':
    case 'proxy-authorization':
      into.credentials = true;
      return;
    default:
      return;
  }
}

function isRareInitial(initial: number): boolean {
  return initial === 0x61 || initial === 0x70 || initial === 0x73 || initial === 0x78;
}

function readVias(lines: readonly string[]): ViaFields[] {
  const vias: ViaFields[] = [];
  for (const line of lines) {
    for (const element of line.includes(',') ? line.split(',') : [line]) {
      if (vias.length >= MAX_VIAS) return vias;
      const via = readVia(element);
      if (via) vias.push(via);
    }
  }
  return vias;
}

const VIA = /^\s*SIP\s*\/\s*2\.0\s*\/\s*\w+\s+(\[[0-9a-fA-F:.]+\]|[^\s:;,]+)\s*(?::\s*(\d{1,5}))?/i;

function readVia(text: string): ViaFields | undefined {
  const sentBy = VIA.exec(text);
  if (!sentBy) return undefined;
  const rport = paramOf(text, 'rport');
  return {
    branch: paramOf(text, 'branch'),
    host: bare(sentBy[1] ?? ''),
    port: sentBy[2] === undefined ? undefined : Number(sentBy[2]),
    received: optional(paramOf(text, 'received'), bare),
    rport: rport === undefined ? undefined : Number(rport),
  };
}

const PARAMS = {
  branch: /;\s*branch\s*=\s*([^\s;,]+)/i,
  received: /;\s*received\s*=\s*([^\s;,]+)/i,
  rport: /;\s*rport\s*=\s*(\d{1,5})/i,
};

function paramOf(text: string, name: keyof typeof PARAMS): string | undefined {
  return PARAMS[name].exec(text)?.[1];
}

function tagOf(nameAddr: string | undefined): string | undefined {
  if (nameAddr === undefined) return undefined;
  return /;\s*tag\s*=\s*([^\s;,>]+)/i.exec(nameAddr.slice(nameAddr.lastIndexOf('>') + 1))?.[1];
}

function userOf(text: string): string | undefined {
  const match = /(?:sips?|tel):([^@>;?\s]+)(@)?/i.exec(text);
  if (!match) return undefined;
  if (match[2] === undefined && !/tel:/i.test(match[0])) return undefined; // a URI without user part
  return match[1]?.split(':')[0]; // RFC 3261 §19.1.1: a password may follow
}

/** A phrase for people: in UTF-8 (RFC 3261 §7.2), and without what would drive their terminals. */
function readable(phrase: string): string {
  return /^[\x20-\x7e]*$/.test(phrase) ? phrase : harmless(decodeUtf8(phrase));
}

function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}

function optional(text: string | undefined, map: (text: string) => string): string | undefined {
  return text === undefined ? undefined : map(text);
}
