import { BusyhereError } from '../platform/errors.js';
import type { AttemptResult, LossResult } from '../scenario/result.js';

/** What was found, for the message of a matcher that failed: observation, both finals, and where the response ended. */
export function describeAttempt(attempt: AttemptResult): string {
  const lines = [
    `${attempt.label}: ${observation(attempt)}`,
    `  final response at ${attempt.callee}: ${attempt.finalAtCallee ?? 'none'}`,
    `  final response at ${attempt.originator}: ${attempt.finalAtOriginator ?? 'none'}`,
    `  the INVITE reached: ${attempt.reached.join(', ') || 'nobody'}`,
  ];
  if (attempt.loss) lines.push(`  lost: ${describeLoss(attempt.loss)}`);
  return lines.join('\n');
}

export function describeLoss({ kind, hop, between, certainty, reason }: LossResult): string {
  const place = between ? `between ${between[0]} and ${between[1]}` : `at ${hop ?? 'an unknown hop'}`;
  return `${kind} ${place} (${certainty}): ${reason}`;
}

function observation({ observed }: AttemptResult): string {
  return typeof observed === 'number' ? `${observed} was received` : `${observed}`;
}

/**
 * The value as an attempt that was followed to its end.
 * @throws BusyhereError `usage` if it is anything else: nothing can be said of it, and `.not` must not pass on that
 */
export function followedAttempt(matcher: string, received: unknown): AttemptResult {
  if (!isAttempt(received)) {
    throw new BusyhereError('usage', `${matcher} takes an attempt of a result (result.cases[n].attempts[n])`);
  }
  if (received.observed === null) {
    throw new BusyhereError('usage', `${matcher}: ${received.label} was not followed to its end, so nothing can be said of it`);
  }
  return received;
}

function isAttempt(value: unknown): value is AttemptResult {
  return typeof value === 'object' && value !== null && 'observed' in value && 'finalAtOriginator' in value && 'label' in value;
}
