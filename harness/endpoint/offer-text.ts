import type { Codec, DataMedia } from './media.js';
import type { Describer } from './session-description.js';

/** The lines of an offer before its streams (RFC 4566 §5). */
export function sessionLines({ user, address, sessionId, version }: Describer): string {
  const network = `IN IP${address.includes(':') ? 6 : 4} ${address}`;
  return `v=0\r\no=${user} ${sessionId} ${version} ${network}\r\ns=session\r\nc=${network}\r\nt=0 0\r\n`;
}

/** An RTP stream: its m= line, then what each payload type stands for, then the parameters. */
export function rtpLines(type: string, port: number, codecs: readonly Codec[]): string {
  let payloads = '';
  let maps = '';
  let formats = '';
  for (const { payload, name, rate, parameters } of codecs) {
    payloads += ` ${payload}`;
    maps += `a=rtpmap:${payload} ${name}/${rate}\r\n`;
    if (parameters !== undefined) formats += `a=fmtp:${payload} ${parameters}\r\n`;
  }
  return `m=${type} ${port} RTP/AVP${payloads}\r\n${maps}${formats}`;
}

export function dataLines({ port, format, title }: DataMedia): string {
  const line = `m=application ${port} tcp ${format}\r\n`;
  return title === undefined ? line : `${line}i=${title}\r\n`;
}
