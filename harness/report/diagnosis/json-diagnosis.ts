import type { Attempt } from '../../diagnosis/attempt.js';
import type { CaptureDiagnosis } from '../../diagnosis/diagnose-captures.js';
import type { Sink } from '../reporter.js';
import { attemptJson } from './attempt-json.js';
import type { DiagnosisReporter } from './diagnosis-reporter.js';

/** Rises with any incompatible change of what is written here: other programs read it. */
export const DIAGNOSIS_SCHEMA_VERSION = 1;

/** Writes one JSON object piece by piece: nothing is held, however many attempts there are. */
export class JsonDiagnosis implements DiagnosisReporter {
  #attempts = 0;

  constructor(private readonly sink: Sink) {}

  attempt(attempt: Attempt): void {
    this.#lead();
    this.sink.write(JSON.stringify(attemptJson(attempt)));
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
    this.sink.write(`\n],"captures":${JSON.stringify(told)},"notes":${JSON.stringify(notes)}}\n`);
  }

  #lead(): void {
    this.sink.write(this.#attempts++ === 0 ? `${HEAD}\n` : ',\n');
  }
}

const HEAD = `{"schemaVersion":${DIAGNOSIS_SCHEMA_VERSION},"attempts":[`;
