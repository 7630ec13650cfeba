/** How much of a datagram's header section is read before it counts as hostile. */
export interface ParseLimits {
  readonly maxMessageOctets: number;
  /** Header fields; a folded one counts once. */
  readonly maxHeaderLines: number;
  /** The start line, or one header field with all its folds. */
  readonly maxLineOctets: number;
}

/** A UDP datagram's bound, and several times what real messages need. */
export const DEFAULT_LIMITS: ParseLimits = { maxMessageOctets: 65_535, maxHeaderLines: 512, maxLineOctets: 16_384 };
