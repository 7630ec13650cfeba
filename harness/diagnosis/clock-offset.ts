import { createHash } from 'node:crypto';
import { formatSocketAddress } from '../platform/socket-address.js';
import type { CapturedMessage } from '../trace/capture-decoder.js';
import { readSipFields, type SipFields } from './sip-fields.js';

const MOST_MESSAGES = 100_000; // of one capture: enough to find what two have in common, and a bound for memory

/** What must be added to a capture's times to have them on another's clock. */
export interface ClockOffset {
  /** ms */
  readonly offset: number;
  /** From how many messages it is known. */
  readonly messages: number;
  /** `datagrams` seen in both captures; `passed-on`: messages seen before an element and after it, so up to its delay. */
  readonly by: 'datagrams' | 'passed-on';
}

interface Sample {
  readonly times: number[];
  readonly forward: boolean;
}

/** The first sighting of a message that proxies pass on. */
interface PassedOn {
  readonly time: number;
  readonly isRequest: boolean;
  /** Length of its Via stack: it grows with every hop away from the originator. */
  readonly depth: number;
}

/** What a capture saw and when, in a form that can be compared with another's. */
export class ClockSamples {
  /** By content and addresses. */
  readonly #datagrams = new Map<string, Sample>();
  /** By what proxies leave as it is: a message's first sighting, on whichever leg. */
  readonly #passedOn = new Map<string, PassedOn>();
  #count = 0;

  get full(): boolean {
    return this.#count >= MOST_MESSAGES;
  }

  add({ source, destination, bytes, time }: CapturedMessage): void {
    if (this.full) return;
    this.#count += 1;
    const [from, to] = [formatSocketAddress(source), formatSocketAddress(destination)];
    const key = createHash('md5').update(`${from} ${to}`).update(bytes).digest('base64');
    const known = this.#datagrams.get(key);
    if (known) known.times.push(time);
    else this.#datagrams.set(key, { times: [time], forward: from < to });
    const fields = readSipFields(bytes);
    const trait = fields && traitOf(fields);
    if (trait !== undefined && !this.#passedOn.has(trait)) {
      this.#passedOn.set(trait, { time, isRequest: fields?.method !== null, depth: fields?.vias.length ?? 0 });
    }
  }

  /** The offset of the other's clock, by datagrams seen in both, else by messages passed on; undefined without either. */
  offsetOf(other: ClockSamples): ClockOffset | undefined {
    return compare(this.#datagrams, other.#datagrams) ?? comparePassedOn(this.#passedOn, other.#passedOn);
  }
}

/** Made anew by every hop (RFC 3261 §16.7), or by each that is cancelled: not the same message on two legs. */
const HOP_BY_HOP = new Set([100, 408, 487]);

function traitOf({ method, status, callId, cseq, cseqMethod, fromTag }: SipFields): string | undefined {
  if (callId === undefined || cseq === -1 || cseqMethod !== 'INVITE' || HOP_BY_HOP.has(status)) return undefined;
  return `${callId} ${fromTag} ${cseq} ${method ?? status}`;
}

/** What goes to and fro takes the same time on the way, so the mean of both directions is free of it. */
function compare(ours: ReadonlyMap<string, Sample>, theirs: ReadonlyMap<string, Sample>): ClockOffset | undefined {
  const forward: number[] = [];
  const backward: number[] = [];
  for (const [key, sample] of ours) {
    const other = theirs.get(key);
    if (other?.times.length !== sample.times.length) continue; // one of them was lost or not captured: which is which cannot be told
    const into = sample.forward ? forward : backward;
    for (const [index, time] of sample.times.entries()) into.push(time - (other.times[index] as number));
  }
  const offset = meanOfMedians(forward, backward);
  return offset === undefined ? undefined : { offset, messages: forward.length + backward.length, by: 'datagrams' };
}

/**
 * Nothing is passed on before it came: requests bound the offset on one side, responses on the other. Whatever the proxy's
 * delays, an offset between the two puts no effect before its cause.
 */
function comparePassedOn(ours: ReadonlyMap<string, PassedOn>, theirs: ReadonlyMap<string, PassedOn>): ClockOffset | undefined {
  const least: number[] = [];
  const most: number[] = [];
  const unordered: { requests: number[]; responses: number[] } = { requests: [], responses: [] };
  for (const [key, own] of ours) {
    const other = theirs.get(key);
    if (!other) continue;
    const upwards = own.isRequest === own.depth < other.depth ? least : most;
    const into = own.depth !== other.depth ? upwards : own.isRequest ? unordered.requests : unordered.responses;
    into.push(own.time - other.time);
  }
  const ordered = between(least, most) ?? meanOfMedians(least, most);
  const offset = ordered ?? meanOfMedians(unordered.requests, unordered.responses);
  const messages = ordered === undefined ? unordered.requests.length + unordered.responses.length : least.length + most.length;
  return offset === undefined ? undefined : { offset, messages, by: 'passed-on' };
}

/** Undefined where the bounds contradict one another, as where a first sighting is missing. */
function between(least: readonly number[], most: readonly number[]): number | undefined {
  const from = least.reduce((one, other) => Math.max(one, other), Number.NEGATIVE_INFINITY);
  const to = most.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY);
  if (from > to) return undefined;
  const bounds = [from, to].filter(Number.isFinite);
  return bounds.length === 0 ? undefined : bounds.reduce((sum, bound) => sum + bound, 0) / bounds.length;
}

function meanOfMedians(one: number[], other: number[]): number | undefined {
  const medians = [one, other].filter((list) => list.length > 0).map(median);
  return medians.length === 0 ? undefined : medians.reduce((sum, value) => sum + value, 0) / medians.length;
}

function median(values: number[]): number {
  values.sort((one, other) => one - other);
  return values[values.length >> 1] as number;
}

/** Clocks of several captures, each by the best comparison with one that is known already; the first one's counts. */
export function chainOffsets(samples: readonly ClockSamples[]): (ClockOffset | null)[] {
  const known: (ClockOffset | null)[] = samples.map((_one, index) => (index === 0 ? OWN_CLOCK : null));
  const compared = new Map<string, ClockOffset | undefined>();
  const differenceOf = (base: number, index: number): ClockOffset | undefined => {
    const key = `${base} ${index}`;
    if (!compared.has(key)) compared.set(key, samples[base]?.offsetOf(samples[index] as ClockSamples));
    return compared.get(key);
  };
  for (;;) {
    let best: { index: number; base: ClockOffset; difference: ClockOffset } | undefined;
    for (const index of known.keys()) {
      if (known[index]) continue;
      for (const [other, base] of known.entries()) {
        const difference = base ? differenceOf(other, index) : undefined;
        if (base && difference && isBetter(difference, best?.difference)) best = { index, base, difference };
      }
    }
    if (!best) return known;
    known[best.index] = { ...best.difference, offset: best.base.offset + best.difference.offset };
  }
}

export const OWN_CLOCK: ClockOffset = { offset: 0, messages: 0, by: 'datagrams' };

function isBetter(one: ClockOffset, other: ClockOffset | undefined): boolean {
  if (!other) return true;
  return one.by === other.by ? one.messages > other.messages : one.by === 'datagrams';
}
