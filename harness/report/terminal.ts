import type { Sink } from './reporter.js';

/** What a reporter for people must know of the place it writes to. */
export interface Terminal extends Sink {
  /** Lines longer than this are broken or cut. */
  readonly columns: number;
  /** Whether a line can be written over; otherwise lines are only ever added. */
  readonly isLive: boolean;
  readonly hasColours: boolean;
  /** Whether characters beyond ASCII arrive as what they are. */
  readonly hasUnicode: boolean;
}
