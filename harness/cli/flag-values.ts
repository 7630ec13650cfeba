/** Readers of what stands behind a flag, on the command line or in a configuration file. Each throws `usage` errors. */

import { ENDPOINT_KINDS, type EndpointKind } from '../endpoint/endpoint-kind.js';
import { BusyhereError } from '../platform/errors.js';
import type { Duration } from '../scenario/model.js';
import { didYouMean } from '../scenario/nearest.js';
import { parseDuration } from '../scenario/parse-terms.js';

export function wrong(flag: string, expected: string, found: string, hint?: string): BusyhereError {
  return new BusyhereError('usage', `--${flag}: expected ${expected}, found "${found}"`, hint);
}

/** One of the values that work; those that are planned are refused in a sentence of their own. */
export function oneOf<Value extends string>(flag: string, values: readonly Value[], planned: readonly string[] = []) {
  return (text: string): Value => {
    const value = values.find((known) => known === text);
    if (value !== undefined) return value;
    if (planned.includes(text))
      throw new BusyhereError('usage', `--${flag} ${text} is not available in this version`, `available: ${values.join(', ')}`);
    throw new BusyhereError('usage', `--${flag}: "${text}" is not known${didYouMean(text, values)}`, `known: ${values.join(', ')}`);
  };
}

export function integer(flag: string, least: number, most: number) {
  return (text: string): number => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw wrong(flag, `a number from ${least} to ${most}`, text);
  };
}

export function pattern(flag: string) {
  return (text: string): RegExp => {
    try {
      return new RegExp(text);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new BusyhereError('usage', `--${flag}: not a regular expression: ${reason}`, 'brackets of a case id are written \\[ and \\]');
    }
  };
}

export function duration(flag: string) {
  return (text: string): Duration => {
    const value = parseDuration(text);
    if (value === undefined) throw wrong(flag, 'a time such as 500ms, 2s or 64T1', text);
    return value;
  };
}

export interface Shard {
  readonly index: number;
  readonly count: number;
}

export function shard(flag: string) {
  return (text: string): Shard => {
    const [, index, count] = (/^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? []).map(Number);
    if (index === undefined || count === undefined || index < 1 || index > count) throw wrong(flag, 'a part of a whole such as 1/3', text);
    return { index, count };
  };
}

export function names(text: string): string[] {
  return text.split(',').filter((name) => name !== '');
}

/** Anything but nothing. */
export function someText(flag: string) {
  return (text: string): string => {
    if (text === '') throw wrong(flag, 'some text', text);
    return text;
  };
}

export function path(flag: string) {
  return (text: string): string => {
    if (text === '') throw wrong(flag, 'a path', text);
    return text;
  };
}

/** `sip:HOST` or `sip:HOST:PORT` */
export function sipAddress(flag: string) {
  return (text: string): string => {
    if (/^sip:(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?$/.test(text)) return text;
    throw wrong(flag, 'an address such as sip:192.0.2.1:5060', text);
  };
}

/** `HOST:PORT`, `[2001:db8::1]:PORT`, or without a port */
export function hostAndPort(flag: string) {
  return (text: string): string => {
    const match = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::(\d{1,5}))?$/.exec(text);
    if (match && Number(match[1] ?? 0) <= 65_535) return text;
    throw wrong(flag, 'an address such as 192.0.2.1:9022', text);
  };
}

export interface EndpointChoice {
  /** null: all participants. */
  readonly participant: string | null;
  readonly kind: EndpointKind;
}

/** `sipp`, or `bob=sipp` */
export function endpoint(flag: string) {
  const kindOf = oneOf(flag, ENDPOINT_KINDS);
  return (text: string): EndpointChoice => {
    const [first = '', second] = text.split('=', 2);
    if (second === undefined) return { participant: null, kind: kindOf(first) };
    if (first === '') throw wrong(flag, 'a participant before the equals sign', text);
    return { participant: first, kind: kindOf(second) };
  };
}

export interface ReporterSpec {
  readonly kind: 'list' | 'json' | 'junit' | 'github';
  /** null: standard output. */
  readonly file: string | null;
}

const REPORTERS: readonly ReporterSpec['kind'][] = ['list', 'json', 'junit', 'github'];
const WITH_FILE: readonly ReporterSpec['kind'][] = ['json', 'junit'];

/** `list,json=FILE,junit=FILE,github` */
export function reporters(flag: string) {
  const kindOf = oneOf(flag, REPORTERS, ['html', 'mermaid']);
  return (text: string): ReporterSpec[] =>
    names(text).map((written) => {
      const [name = '', ...rest] = written.split('=');
      const kind = kindOf(name);
      const file = rest.length === 0 ? null : rest.join('=');
      if (file !== null && !WITH_FILE.includes(kind)) throw new BusyhereError('usage', `--${flag}: ${kind} takes no file`);
      if (file === '') throw new BusyhereError('usage', `--${flag}: ${kind}= needs the path of a file`);
      return { kind, file };
    });
}
