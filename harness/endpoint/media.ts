/** An RTP encoding: its payload type, name and clock rate, and its `fmtp` parameters where it has some. */
export interface Codec {
  readonly payload: number;
  readonly name: string;
  readonly rate: number;
  readonly parameters?: string;
}

/** A stream over RTP/AVP. */
export interface RtpMedia {
  readonly kind: 'rtp';
  readonly type: 'audio' | 'video';
  readonly codecs: readonly Codec[];
}

/** A data stream over a TCP connection: `m=application PORT tcp FORMAT`. */
export interface DataMedia {
  readonly kind: 'data';
  readonly port: number;
  readonly format: string;
  /** The `i=` line (RFC 4566 §5.4): what the stream is for. */
  readonly title?: string;
}

export type Media = RtpMedia | DataMedia;

export const PCMU: Codec = { payload: 0, name: 'PCMU', rate: 8000 };
export const PCMA: Codec = { payload: 8, name: 'PCMA', rate: 8000 };
export const TELEPHONE_EVENT: Codec = { payload: 101, name: 'telephone-event', rate: 8000, parameters: '0-16' };

/** Voice as any gateway to the telephone network speaks it: G.711 (RFC 3551) and digits (RFC 4733). */
export const TELEPHONE_AUDIO: RtpMedia = { kind: 'rtp', type: 'audio', codecs: [PCMU, PCMA, TELEPHONE_EVENT] };
