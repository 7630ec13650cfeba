/** Begins every branch that is unique over space and time (RFC 3261 §8.1.1.7). */
export const MAGIC_COOKIE = 'z9hG4bK';

/** Whether a branch identifies its transaction by itself; an empty remainder identifies nothing (RFC 4475 §3.2.1). */
export function isUniqueBranch(branch: string | null | undefined): branch is string {
  // RFC 3261 §7.3.1: header fields' values are case-insensitive unless said otherwise, and so is the cookie.
  return !!branch && branch.length > MAGIC_COOKIE.length && branch.slice(0, MAGIC_COOKIE.length).toLowerCase() === 'z9hg4bk';
}
