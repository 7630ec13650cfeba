import type { Attempt } from '../../diagnosis/attempt.js';
import type { CaptureDiagnosis } from '../../diagnosis/diagnose-captures.js';
import { harmless } from '../../diagnosis/wording.js';
import type { Sink } from '../reporter.js';
import { attemptJson } from './attempt-json.js';
import type { DiagnosisReporter } from './diagnosis-reporter.js';

/** Rises with any incompatible change of what is written here: other programs read it. */
export const DIAGNOSIS_SCHEMA_VERSION = 1;

/** Writes one JSON object piece by piece: nothing is held, however many attempts there are. */
export class JsonDiagnosis implements DiagnosisReporter {
  #attempts = 0;

  constructor(
    private readonly sink: Sink,
    private readonly showCredentials: boolean,
  ) {}

  attempt(attempt: Attempt): void {
    this.#lead();
    this.sink.write(harmlessJson(attemptJson(attempt, this.showCredentials)));
  }

  finished({ captures, notes }: CaptureDiagnosis): void {
    if (this.#attempts === 0) this.sink.write(HEAD);
    const told = captures.map(({ name, packets, messages, clockOffset, problem, unfinished }) => ({
      name,
      packets,
      messages,
      clockOffsetMs: clockOffset,
      problem,
      unfinished,
    }));
    this.sink.write(`\n],"captures":${harmlessJson(told)},"notes":${harmlessJson(notes)}}\n`);
  }

  #lead(): void {
    this.sink.write(this.#attempts++ === 0 ? `${HEAD}\n` : ',\n');
  }
}

/** JSON escapes few of the signs that harm a terminal. */
function harmlessJson(value: unknown): string {
  return harmless(JSON.stringify(value), (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const HEAD = `{"schemaVersion":${DIAGNOSIS_SCHEMA_VERSION},"attempts":[`;
