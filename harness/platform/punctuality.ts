/** How punctual those were whose silence is to prove something. */
export interface Punctuality {
  /** Lateness up to this is punctual, ms. */
  readonly toleranceMs: number;
  /** The last moment, on the clock, at which lateness was found; -Infinity if never. */
  readonly lastLateAt: number;
  /** The greatest lateness found since a moment on the clock, in ms; 0 if there was none beyond the tolerance. */
  worstSince(moment: number): number;
}

/** One who can also be asked with more patience than its own. */
export interface WatchedPunctuality extends Punctuality {
  /** The same, where lateness up to that is punctual. No lapse within its own tolerance is known of. */
  tolerating(toleranceMs: number): Punctuality;
}
