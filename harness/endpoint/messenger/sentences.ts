import type { Action } from './action.js';

/**
 * What the inviting user's screen says when an invitation is rejected. The sentence for `voice` is the one that
 * KB834477 quotes; for the other four actions the article gives none, so ours follow its pattern.
 * @param user the invited user's name, as the inviting user knows it
 */
export function rejectionSentence(action: Action, user: string): string {
  return `Your request to have a ${action} conversation cannot be delivered to ${user}.`;
}
