import type { Case } from './case.js';
import type { Observed } from './model.js';

const CHALLENGES: readonly Observed[] = [401, 407];

/**
 * The case as it is judged with somebody else's proxy: where a challenge is expected, either code will do, since a proxy
 * challenges with 407 and a B2BUA, being a user agent, with 401 (RFC 3261 §22.2, §22.3).
 */
export function withEitherChallenge(played: Case): Case {
  const expectations = played.expectations.map((expectation) => {
    const { observed } = expectation;
    const challenge = observed.some((one) => CHALLENGES.includes(one));
    return challenge ? { ...expectation, observed: [...new Set([...observed, ...CHALLENGES])] } : expectation;
  });
  return { ...played, expectations };
}
