import type { Attempt } from '../../diagnosis/attempt.js';
import type { CaptureDiagnosis } from '../../diagnosis/diagnose-captures.js';

/** Tells of the attempts of captures, one after another, and then of the captures. */
export interface DiagnosisReporter {
  attempt(attempt: Attempt): void;
  finished(diagnosis: CaptureDiagnosis): void;
}
