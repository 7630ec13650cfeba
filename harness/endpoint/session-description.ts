/// <reference path="./sdp-transform.d.ts" />
import { type Description, type MediaSection, parse, write } from 'sdp-transform';
import type { Random } from '../platform/random.js';
import type { Codec, DataMedia, Media, RtpMedia } from './media.js';
import { dataLines, rtpLines, sessionLines } from './offer-text.js';

/** Who describes a session: the names and addresses of its `o=` and `c=` lines. */
export interface Describer {
  readonly user: string;
  readonly address: string;
  /** Of the `o=` line; the same for every description of one session (RFC 3264 §8). */
  readonly sessionId: number;
  /** Rises with every description of one session that differs from the one before. */
  readonly version: number;
}

const FIRST_RTP_PORT = 16384;
const RTP_PORT_PAIRS = 8192;

/**
 * An SDP offer of the streams (RFC 3264 §5). RTP ports are drawn: nothing is ever sent from or received on them.
 * Written here and not by the library, which takes a sixth of a call's whole time; the answer, which copies from what
 * somebody else sent, is the library's.
 */
export function writeOffer(describer: Describer, media: readonly Media[], random: Random): string {
  let text = sessionLines(describer);
  for (const stream of media) text += stream.kind === 'rtp' ? rtpLines(stream.type, drawPort(random), stream.codecs) : dataLines(stream);
  return text;
}

/**
 * The answer to an offer (RFC 3264 §6): one `m=` line for each of the offer's, in its order, with port 0 where
 * we have none of its formats. Undefined where the offer cannot be read or nothing in it fits.
 */
export function writeAnswer(offer: string, describer: Describer, media: readonly Media[], random: Random): string | undefined {
  const offered = readDescription(offer);
  if (!offered) return undefined;
  const sections = offered.media.map((section) => answerSection(section, media, random, offered.direction));
  if (!sections.some((section) => section.port !== 0)) return undefined;
  return write(describe(describer, sections));
}

/** Reads an SDP; undefined where it has no `o=` line or no stream, as then it is no description of a session. */
function readDescription(sdp: string): Description | undefined {
  const description = parse(sdp);
  return description.origin && description.media.length > 0 ? description : undefined;
}

function describe({ user, address, sessionId, version }: Describer, media: MediaSection[]): Description {
  const ipVersion = address.includes(':') ? 6 : 4;
  return {
    version: 0,
    origin: { username: user, sessionId, sessionVersion: version, netType: 'IN', ipVer: ipVersion, address },
    name: 'session',
    connection: { version: ipVersion, ip: address },
    timing: { start: 0, stop: 0 },
    media,
  };
}

function drawPort(random: Random): number {
  return FIRST_RTP_PORT + 2 * random.below(RTP_PORT_PAIRS);
}

function rtpSection({ type, codecs }: RtpMedia, random: Random): MediaSection {
  return {
    type,
    port: drawPort(random),
    protocol: 'RTP/AVP',
    payloads: codecs.map(({ payload }) => payload).join(' '),
    rtp: codecs.map(({ payload, name, rate }) => ({ payload, codec: name, rate })),
    fmtp: codecs.flatMap(({ payload, parameters }) => (parameters === undefined ? [] : [{ payload, config: parameters }])),
  };
}

function dataSection({ port, format, title }: DataMedia): MediaSection {
  return { type: 'application', port, protocol: 'tcp', payloads: format, ...(title === undefined ? {} : { description: title }) };
}

function answerSection(offered: MediaSection, media: readonly Media[], random: Random, sessionDirection?: string): MediaSection {
  const answer = offered.port === 0 ? undefined : (answerRtp(offered, media, random) ?? answerData(offered, media));
  // RFC 3264 §6: a stream that is not wanted is answered with port 0; its formats do not count.
  if (!answer) return { type: offered.type, port: 0, protocol: offered.protocol, payloads: offered.payloads };
  const direction = answeringDirection(offered.direction ?? sessionDirection);
  return direction === undefined ? answer : { ...answer, direction };
}

function answerRtp(offered: MediaSection, media: readonly Media[], random: Random): MediaSection | undefined {
  const ours = media.find((stream): stream is RtpMedia => stream.kind === 'rtp' && stream.type === offered.type);
  if (!ours || offered.protocol !== 'RTP/AVP') return undefined;
  const common = String(offered.payloads)
    .split(' ')
    .flatMap((payload) => commonCodec(Number(payload), offered, ours));
  // RFC 4733 §3: events go along with an encoding and are none on their own.
  return common.some(({ name }) => name !== 'telephone-event') ? rtpSection({ ...ours, codecs: common }, random) : undefined;
}

/** Our codec under the offer's payload type: dynamic types by name and rate, static ones (RFC 3551) also by number alone. */
function commonCodec(payload: number, offered: MediaSection, ours: RtpMedia): Codec[] {
  const mapped = offered.rtp?.find((map) => map.payload === payload);
  const match = ours.codecs.find((codec) =>
    mapped
      ? codec.name.toLowerCase() === mapped.codec.toLowerCase() && codec.rate === mapped.rate
      : codec.payload === payload && payload < 96,
  );
  return match ? [{ ...match, payload }] : [];
}

function answerData(offered: MediaSection, media: readonly Media[]): MediaSection | undefined {
  if (offered.type !== 'application' || offered.protocol.toLowerCase() !== 'tcp') return undefined;
  const ours = media.find((stream): stream is DataMedia => stream.kind === 'data' && stream.format === String(offered.payloads));
  if (!ours) return undefined;
  const { title: _ours, ...stream } = ours;
  return dataSection(offered.description === undefined ? stream : { ...stream, title: offered.description });
}

/** RFC 3264 §6.1: what the offerer only sends, we only receive, and the other way round. */
function answeringDirection(offered: string | undefined): string | undefined {
  if (offered === 'sendonly') return 'recvonly';
  if (offered === 'recvonly') return 'sendonly';
  return offered;
}
