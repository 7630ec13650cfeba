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

/** What a capture saw and when, in a form that can be compared with another's. */
export class ClockSamples {
  /** By content and addresses. */
  readonly #datagrams = new Map<string, Sample>();
  /** By what proxies leave as it is: a message's first sighting, on whichever leg. */
  readonly #passedOn = new Map<string, Sample>();
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
    if (trait !== undefined && !this.#passedOn.has(trait)) this.#passedOn.set(trait, { times: [time], forward: fields?.method !== null });
  }

  /** The offset of the other's clock, by datagrams seen in both, else by messages passed on; undefined without either. */
  offsetOf(other: ClockSamples): ClockOffset | undefined {
    return compare(this.#datagrams, other.#datagrams, 'datagrams') ?? compare(this.#passedOn, other.#passedOn, 'passed-on');
  }
}

function traitOf({ method, status, callId, cseq, cseqMethod, fromTag }: SipFields): string | undefined {
  if (callId === undefined || cseq === -1 || cseqMethod !== 'INVITE') return undefined;
  return `${callId} ${fromTag} ${cseq} ${method ?? status}`;
}

/** What goes to and fro takes the same time on the way, so the mean of both directions is free of it. */
function compare(ours: ReadonlyMap<string, Sample>, theirs: ReadonlyMap<string, Sample>, by: ClockOffset['by']): ClockOffset | undefined {
  const forward: number[] = [];
  const backward: number[] = [];
  for (const [key, sample] of ours) {
    const other = theirs.get(key);
    if (other?.times.length !== sample.times.length) continue; // one of them was lost or not captured: which is which cannot be told
    const into = sample.forward ? forward : backward;
    for (const [index, time] of sample.times.entries()) into.push(time - (other.times[index] as number));
  }
  const medians = [forward, backward].filter((list) => list.length > 0).map(median);
  if (medians.length === 0) return undefined;
  const offset = medians.reduce((sum, value) => sum + value, 0) / medians.length;
  return { offset, messages: forward.length + backward.length, by };
}

function median(values: number[]): number {
  values.sort((one, other) => one - other);
  return values[values.length >> 1] as number;
}
