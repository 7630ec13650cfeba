import { parseMediaType } from '../../harness/sip/media-type.js';
import type { SipMessage, SipRequest, SipResponse } from '../../harness/sip/message.js';
import { type BodyPart, parseMultipart } from '../../harness/sip/multipart.js';
import { type NameAddr, parseNameAddr, tagOf } from '../../harness/sip/name-addr.js';
import { decodeUtf8 } from '../../harness/sip/octets.js';
import type { Params } from '../../harness/sip/params.js';
import { headersOf, type Uri, userOf } from '../../harness/sip/uri.js';
import type { Via } from '../../harness/sip/via.js';

/** A torture message as parsed, whole or as far as it went. */
export interface Specimen {
  readonly datagram: Buffer;
  readonly message: SipMessage;
  /** The manifest's value, for facts that are written in more than one form. */
  readonly expected: unknown;
}

type Fact = (specimen: Specimen) => unknown;

/** The display name before whatever address, which may be malformed. */
function displayNameOf(value = ''): string | undefined {
  const [display] = /^(?:"(?:[^"\\]|\\.)*")?[^<;]*(?=<)/s.exec(value) ?? [];
  const parsed = parseNameAddr(`${display ?? ''}<sip:a@b>`);
  return parsed.ok ? parsed.value.displayName : undefined;
}

const request = ({ message }: Specimen) => message as SipRequest;
const response = ({ message }: Specimen) => message as SipResponse;
const uri = (specimen: Specimen) => request(specimen).uri;
const firstContact = ({ message }: Specimen) => message.contacts[0];
const header = (name: string) => (specimen: Specimen) => specimen.message.headers.get(name);
const list = (name: string) => (specimen: Specimen) => specimen.message.headers.list(name);
const text = (octets: string | undefined | null) => (octets === undefined || octets === null ? null : decodeUtf8(octets));
const number = (digits: string | undefined) => (digits === undefined ? null : Number(digits));
const paramsOf = (params: Params | undefined) =>
  params && Object.fromEntries(Array.from(params.entries(), ([name, value]) => [name, text(value)]));
const userText = (of: Uri | undefined) => of && text(userOf(of));
const decodedHeaders = (of: Uri | undefined) => of && Object.fromEntries(headersOf(of));

/** Octets after the empty line; null where there is none. */
function octetsAfterHeaders(datagram: Buffer): number | null {
  const end = datagram.indexOf('\r\n\r\n');
  return end < 0 ? null : datagram.length - end - 4;
}

/** The columns that the manifest's own object names. */
function viaFact(via: Via | undefined, expected: unknown): unknown {
  const { transport, host, port = null, branch = null, received = null } = via ?? {};
  const columns: Record<string, unknown> = { transport, host, port, branch, received };
  return via && Object.fromEntries(Object.keys(expected as object).map((column) => [column, columns[column]]));
}

/** Rows of three are transport, host, branch; rows of four are transport, host, port, received. */
function viaRow(via: Via, columns: number): unknown[] {
  const { transport, host, port = null, branch = null, received = null } = via;
  return columns === 3 ? [transport, host, branch] : [transport, host, port, received];
}

/** The address without the brackets that some write around it (RFC 5118 §4.5). */
function receivedAddress(via: Via | undefined): string | undefined {
  return via?.received?.replace(/^\[(.*)\]$/, '$1');
}

function parts({ message }: Specimen): BodyPart[] {
  const outcome = parseMultipart(message.contentType ?? '', message.body);
  if (!outcome.ok) throw new Error(outcome.error);
  return outcome.value;
}

function boundary({ message }: Specimen): unknown {
  const type = parseMediaType(message.contentType ?? '');
  return type.ok && type.value.params.get('boundary');
}

/** Values of the SDP lines of one type. */
function sdp({ message }: Specimen, type: string): string[] {
  const lines = message.body.toString('utf8').split('\r\n');
  return lines.filter((line) => line.startsWith(`${type}=`)).map((line) => line.slice(2));
}

const lastWord = (line: string | undefined) => line?.split(' ').at(-1);

function extensionHeaders({ message, expected }: Specimen): unknown {
  return Object.fromEntries(Object.keys(expected as object).map((name) => [name, text(message.headers.get(name))]));
}

/** As {@link NameAddr.uri}, but undefined also where the address is malformed. */
const uriOf = (address: NameAddr | undefined) => address?.uri;

/** How each fact of the manifests is read from a parsed message; absent is null. */
export const FACTS: Readonly<Record<string, Fact>> = {
  // start line
  method: (s) => request(s).method,
  requestUri: (s) => request(s).requestUri,
  sipVersion: ({ message }) => message.version,
  status: (s) => response(s).status,
  reason: (s) => text(response(s).reason),
  requestUriScheme: (s) => uri(s)?.scheme,
  requestUriUser: (s) => userText(uri(s)),
  requestUriUserRaw: (s) => uri(s)?.user,
  requestUriPassword: (s) => uri(s)?.password,
  requestUriHost: (s) => uri(s)?.host,
  requestUriHostRaw: (s) => uri(s)?.host,
  requestUriPort: (s) => uri(s)?.port ?? null,
  requestUriParams: (s) => paramsOf(uri(s)?.params),
  requestUriParamCount: (s) => uri(s)?.params.size,
  requestUriHeadersDecoded: (s) => decodedHeaders(uri(s)),
  // framing
  headerFieldLines: ({ message }) => Array.from(message.headers.entries()).length,
  contentLength: (s) => number(header('Content-Length')(s)),
  contentLengths: (s) => s.message.headers.all('Content-Length').map(Number),
  bodyLength: ({ message }) => message.body.length,
  octetsAfterHeaders: ({ datagram }) => octetsAfterHeaders(datagram),
  trailingOctets: ({ datagram, message }) => datagram.length - message.toBuffer().length,
  // Via
  viaCount: ({ message }) => message.vias.length,
  topVia: ({ message, expected }) => viaFact(message.topVia, expected),
  lastVia: ({ message, expected }) => viaFact(message.vias.at(-1), expected),
  vias: ({ message, expected }) => message.vias.map((via, index) => viaRow(via, (expected as unknown[][])[index]?.length ?? 0)),
  viaTransports: ({ message }) => message.vias.map((via) => via.transport),
  viaHosts: ({ message }) => message.vias.map((via) => via.host),
  viaRport: ({ message }) => (message.topVia?.rport === true ? 'present without value' : message.topVia?.rport),
  viaReceivedAddress: ({ message }) => receivedAddress(message.topVia),
  // From, To
  from: ({ message }) => message.from ?? null,
  to: ({ message }) => message.to ?? null,
  fromTag: ({ message }) => message.fromTag ?? null,
  toTag: ({ message }) => message.toTag ?? null,
  fromTags: ({ message }) => message.headers.all('From').map(tagOf),
  fromDisplayNameRaw: (s) => /^"(?:[^"\\]|\\.)*"/.exec(header('From')(s) ?? '')?.[0],
  fromDisplayName: (s) => text(displayNameOf(header('From')(s))),
  toDisplayName: (s) => text(displayNameOf(header('To')(s))),
  fromUri: ({ message }) => message.from?.uriText,
  fromUser: ({ message }) => userText(uriOf(message.from)),
  toUser: ({ message }) => userText(uriOf(message.to)),
  toUserRaw: ({ message }) => message.to?.uri.user,
  toUriParams: ({ message }) => paramsOf(message.to?.uri.params),
  fromParams: ({ message, expected }) => {
    const params = paramsOf(message.from?.params) ?? {};
    return Object.fromEntries(Object.keys(expected as object).map((name) => [name, params[name]]));
  },
  toUriScheme: ({ message }) => message.to?.uri.scheme,
  fromUriScheme: ({ message }) => message.from?.uri.scheme,
  toUriNote: ({ message, expected }) =>
    message.to?.params.get('user') === 'phone' && !message.to.uri.params.has('user') ? expected : null,
  // Contact, Route
  contactCount: ({ message }) => message.contacts.length,
  contactDisplayName: (s) => text(firstContact(s)?.displayName),
  contactParams: (s) => paramsOf(firstContact(s)?.params),
  contactUri: (s) => firstContact(s)?.uriText,
  contactUris: ({ message }) => message.contacts.map((contact) => contact.uriText),
  contactHost: (s) => firstContact(s)?.uri.host,
  contactUser: (s) => userText(firstContact(s)?.uri),
  contactUsersRaw: ({ message }) => message.contacts.map((contact) => contact.uri.user),
  contactUriScheme: (s) => firstContact(s)?.uri.scheme,
  contactUriParams: (s) => paramsOf(firstContact(s)?.uri.params),
  contactUriHeadersDecoded: (s) => decodedHeaders(firstContact(s)?.uri),
  routeCount: ({ message }) => message.routes.length,
  routeUriParams: ({ message }) => paramsOf(message.routes[0]?.uri.params),
  recordRouteCount: ({ message }) => message.recordRoutes.length,
  // other headers
  callId: ({ message }) => message.callId ?? null,
  callIds: ({ message }) => message.headers.all('Call-ID'),
  cseq: ({ message }) => message.cseq && { seq: message.cseq.sequence, method: message.cseq.method },
  cseqs: ({ message }) => message.headers.all('CSeq'),
  maxForwards: ({ message }) => message.maxForwards,
  maxForwardsValues: ({ message }) => message.headers.all('Max-Forwards').map(Number),
  contentType: ({ message }) => message.contentType,
  subject: header('Subject'),
  accept: header('Accept'),
  acceptValueCount: (s) => list('Accept')(s).length,
  require: list('Require'),
  proxyRequire: list('Proxy-Require'),
  authorizationScheme: (s) => header('Authorization')(s)?.split(' ')[0],
  authorizationRest: (s) => header('Authorization')(s)?.replace(/^\S+ +/, ''),
  extensionHeaders,
  // bodies
  boundary,
  partCount: (s) => parts(s).length,
  partTypes: (s) => parts(s).map((part) => part.headers.get('Content-Type')?.split(';')[0]),
  partBodyLengths: (s) => parts(s).map((part) => part.body.length),
  part1Body: (s) => parts(s)[0]?.body.toString('utf8'),
  part2DerLength: (s) => (parts(s)[1]?.body.readUInt16BE(2) ?? 0) + 4, // 30 82 and two octets of length
  nulCount: ({ message }) => message.body.filter((octet) => octet === 0).length,
  sdpLineCount: ({ message }) => message.body.toString('utf8').split('\r\n').length - 1,
  sdpOrigin: (s) => lastWord(sdp(s, 'o')[0]),
  sdpConnection: (s) => lastWord(sdp(s, 'c')[0]),
  sdpMediaConnections: (s) => sdp(s, 'c').map(lastWord),
  sdpMediaPorts: (s) => sdp(s, 'm').map((line) => Number(line.split(' ')[1])),
};
