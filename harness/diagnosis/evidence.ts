import type { Coverage } from './coverage.js';
import type { DiagnosisOptions } from './options.js';

/** What a judgement needs beside the legs. */
export interface Evidence {
  readonly coverage: Coverage;
  readonly options: DiagnosisOptions;
  /** Until when the trace was watched. */
  readonly end: number;
}
