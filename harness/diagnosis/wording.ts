import { reasonPhrase } from '../sip/reason-phrase.js';
import type { Arrow } from './arrow.js';

/** `486 Busy Here`, with the phrase that was sent, or the usual one. */
export function responseText(status: number, reason = ''): string {
  return `${status} ${reason || reasonPhrase(status)}`.trim();
}

/** `2 ms`, `0.3 ms`, `12.5 s`. */
export function durationText(ms: number): string {
  if (ms >= 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms >= 10) return `${Math.round(ms)} ms`;
  return `${Number(ms.toFixed(1))} ms`;
}

/** `1 case`, `6 cases` */
export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `once`, `5 times in 7515 ms`. */
export function repetitionText(arrow: Arrow): string {
  if (arrow.count === 1) return 'once';
  return `${arrow.count} times in ${durationText(arrow.lastTime - arrow.firstTime)}`;
}

/** What drives a terminal, or turns the direction of writing: from strangers' messages it must not come through. */
const HARMFUL = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Text from a capture in which nothing harms a terminal; what would is replaced, by U+FFFD unless said otherwise. */
export function harmless(text: string, replace: (sign: string) => string = () => '\ufffd'): string {
  return text.replace(HARMFUL, replace);
}
