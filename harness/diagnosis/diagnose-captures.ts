import type { Readable } from 'node:stream';
import { BusyhereError } from '../platform/errors.js';
import type { CapturedMessage } from '../trace/capture-decoder.js';
import { CaptureFile, type CaptureSource, captureSource } from '../trace/capture-file.js';
import type { TraceEvent } from '../trace/event.js';
import { mergeCaptures } from '../trace/merge-captures.js';
import type { Attempt } from './attempt.js';
import { AttemptStream } from './attempt-stream.js';
import { captureNotes } from './capture-notes.js';
import { type ClockOffset, ClockSamples, chainOffsets, OWN_CLOCK } from './clock-offset.js';
import type { DiagnosisOptions } from './options.js';

/** RFC 3261 §16.6: Timer C is longer than three minutes. */
const DEFAULT_TIMER_C_MS = 180_000;
/** Elements pass a final on within milliseconds; T1 of RFC 3261 without it, the longest that a round trip is taken to last, is no delay any more. */
export const DEFAULT_HORIZON_MS = 500;

export interface CaptureDiagnosisOptions extends Partial<Omit<DiagnosisOptions, 'end'>> {
  /** What the path `-` stands for. */
  readonly standardInput: Readable;
  /** Called with every attempt as it ends; then the result's list stays empty, and memory does not grow with it. */
  readonly onAttempt?: (attempt: Attempt) => void;
  /** Aborted: reading ends, and what was read until then is judged. */
  readonly signal?: AbortSignal;
  /** Called after every piece read. */
  readonly onProgress?: (progress: { octets: number; of: number | undefined; messages: number }) => void;
}

/** What was read of one capture. */
export interface CaptureSummary {
  readonly name: string;
  readonly packets: number;
  readonly messages: number;
  /** What must be added to its times to have them on the first capture's clock, ms; null where that is not known. */
  readonly clockOffset: number | null;
  /** What of it could not be read, with the offsets of the octets; or null. */
  readonly problem: string | null;
  /** That it ends within a record, as a file does that is still being written; or null. */
  readonly unfinished: string | null;
}

export interface CaptureDiagnosis {
  readonly captures: readonly CaptureSummary[];
  /** In the order in which they began. */
  readonly attempts: readonly Attempt[];
  /** What could not be read or is to be known before trusting the rest, in sentences. */
  readonly notes: readonly string[];
}

/**
 * Judges every attempt that the captures show, taken together.
 * @throws BusyhereError `capture` where one is missing or no capture at all; `usage` where `-` stands beside others
 */
export async function diagnoseCaptures(paths: readonly string[], options: CaptureDiagnosisOptions): Promise<CaptureDiagnosis> {
  if (paths.length > 1 && paths.includes('-')) {
    throw new BusyhereError('usage', 'standard input must be the only capture: to compare clocks, several are read twice');
  }
  const sources = paths.map((path) => captureSource(path, options.standardInput));
  // A pipe may be silent for ever; a file is left at its next piece.
  if (paths.includes('-')) options.signal?.addEventListener('abort', () => options.standardInput.destroy(), { once: true });
  const offsets = await clockOffsets(sources);
  return new CaptureReading(sources, offsets, options).run();
}

/** Compares clocks by what captures have in common. */
async function clockOffsets(sources: readonly CaptureSource[]): Promise<(ClockOffset | null)[]> {
  return sources.length < 2 ? [OWN_CLOCK] : chainOffsets(await Promise.all(sources.map(sample)));
}

async function sample(source: CaptureSource): Promise<ClockSamples> {
  const samples = new ClockSamples();
  for await (const batch of new CaptureFile(source).batches()) {
    for (const message of batch) samples.add(message);
    if (samples.full) break;
  }
  return samples;
}

class CaptureReading {
  readonly #files: CaptureFile[];
  readonly #attempts: Attempt[] = [];
  readonly #stream: AttemptStream;
  readonly #points: string[][] = [];
  #began: number | undefined;
  #sequence = 0;

  constructor(
    sources: readonly CaptureSource[],
    private readonly offsets: readonly (ClockOffset | null)[],
    private readonly options: CaptureDiagnosisOptions,
  ) {
    this.#files = sources.map((source) => new CaptureFile(source));
    const { horizonMs = DEFAULT_HORIZON_MS, timerC = DEFAULT_TIMER_C_MS, names, keepMessages = false, onAttempt } = options;
    this.#stream = new AttemptStream(
      { horizonMs, timerC, keepMessages, ...(names && { names }) },
      onAttempt ?? ((attempt) => this.#attempts.push(attempt)),
    );
  }

  async run(): Promise<CaptureDiagnosis> {
    const inputs = this.#files.map((file, index) => ({ batches: file.batches(), clockOffset: this.offsets[index]?.offset ?? 0 }));
    const of = await this.#size();
    for await (const merged of mergeCaptures(inputs)) {
      if (this.options.signal?.aborted) break;
      this.#began ??= merged[0]?.time;
      this.#tellHoles(); // before anything is judged by what came after them
      for (const { input, time, message } of merged) this.#stream.add(this.#event(input, time, message));
      this.options.onProgress?.({ octets: this.#files.reduce((sum, file) => sum + file.octetsRead, 0), of, messages: this.#sequence });
    }
    this.#finish();
    const captures = this.#files.map((file, index) => this.#summary(file, index));
    this.#attempts.sort((one, other) => one.startedAt - other.startedAt);
    return { captures, attempts: this.#attempts, notes: captureNotes(this.#files, this.offsets, this.#stream) };
  }

  #event(input: number, time: number, message: CapturedMessage): TraceEvent {
    const { sighting, transport, source, destination, bytes, originalLength, frame } = message;
    const point = this.#point(input, message.interfaceId);
    const [sequence, relative] = [this.#sequence++, time - (this.#began ?? time)];
    // One shape of object for nearly all: there are millions of them.
    const event = { sequence, time: relative, point, sighting, transport, source, destination, bytes, frame };
    return originalLength > bytes.length ? { ...event, originalLength } : event;
  }

  /** The capture's name, and the interface's where there are several. */
  #point(input: number, interfaceId: number): string {
    const known = this.#points[input]?.[interfaceId];
    if (known !== undefined) return known;
    const name = this.#pointName(input, interfaceId);
    this.#points[input] ??= [];
    this.#points[input][interfaceId] = name; // stays so, also when the file describes further interfaces later on
    return name;
  }

  #pointName(input: number, interfaceId: number): string {
    const file = this.#files[input] as CaptureFile;
    if (file.interfaces.length < 2) return file.source.name;
    return `${file.source.name} (${file.interfaces[interfaceId]?.name ?? `interface ${interfaceId}`})`;
  }

  #tellHoles(): void {
    for (const [input, file] of this.#files.entries()) {
      const offset = (this.offsets[input]?.offset ?? 0) - (this.#began ?? 0);
      for (const { from, until } of file.holes.splice(0)) this.#stream.addHole(from + offset, until + offset);
    }
  }

  #finish(): void {
    this.#tellHoles();
    const began = this.#began ?? 0;
    let end = Number.NEGATIVE_INFINITY;
    this.#files.forEach((file, input) => {
      const offset = (this.offsets[input]?.offset ?? 0) - began;
      end = Math.max(end, file.decoder.lastPacketTime + offset);
      file.interfaces.forEach(({ endTime }, interfaceId) => {
        const until = (endTime ?? file.decoder.lastPacketTime) + offset;
        this.#stream.watchedUntil(this.#point(input, interfaceId), until);
        end = Math.max(end, until);
      });
    });
    this.#stream.finish(end);
  }

  async #size(): Promise<number | undefined> {
    const sizes = await Promise.all(this.#files.map((file) => file.source.size()));
    return sizes.includes(undefined) ? undefined : sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  }

  #summary(file: CaptureFile, index: number): CaptureSummary {
    const { decoder, source, problem, unfinished } = file;
    return {
      name: source.name,
      packets: decoder.packets,
      messages: decoder.messages,
      clockOffset: this.offsets[index]?.offset ?? null,
      problem: problem ?? null,
      unfinished: unfinished ?? null,
    };
  }
}
