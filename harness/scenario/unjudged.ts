import { ProgramLoss } from '../endpoint/program/program-outputs.js';
import { RegistrationError } from '../endpoint/registration.js';
import { errorCode } from '../platform/errors.js';
import type { CaseRunOptions } from './case-run-options.js';
import { type Finding, inconclusive } from './finding.js';

/**
 * Why a case came to no judgement.
 * @param began when the case began, on the clock of the punctuality
 * @throws what nobody wished, and is no lateness of ours
 */
export function unjudged(error: unknown, { signal, external, loop, timers }: CaseRunOptions, began: number): Finding {
  if (signal.aborted) {
    if (errorCode(signal.reason) !== undefined) throw signal.reason; // not the user's wish: something broke
    return { status: 'interrupted', reason: 'the run was interrupted' };
  }
  if (error instanceof ProgramLoss) return { status: 'failed', reason: error.message };
  const lateMs = loop?.worstSince(began) ?? 0;
  const unheard = error instanceof RegistrationError && error.status === undefined && !external;
  if (!unheard) throw error;
  // Links of this case may lose every REGISTER; that says nothing of the other cases.
  if (lateMs === 0) return { status: 'failed', reason: error.message };
  // A server of ours that says nothing in time was as late as the processes that this watches over.
  return inconclusive({ lateMs, toleratedMs: loop?.toleranceMs ?? timers.t1 }, [error.message]);
}
