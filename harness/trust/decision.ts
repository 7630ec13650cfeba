/** What a trust decision leaves behind for people to read: results JSON, `journal`. */
export interface JournalEntry {
  /** The server that decided. */
  readonly server: string;
  /** The flow it was about: listener, its address, the peer's address. */
  readonly flow: string;
  /** The setting that decided, as a path into the configuration, or `-` where the RFC alone decides. */
  readonly setting: string;
  /** What was decided: `admit INVITE`, `challenge INVITE with 407`, `absorb 486` … */
  readonly decision: string;
  /** Why, in one sentence. */
  readonly reason: string;
}

/** The setting's name where no setting had a say. */
export const NO_SETTING = '-';

/** The value that a caller acts on, and the entry that explains it. */
export interface Decision<Outcome> {
  readonly outcome: Outcome;
  readonly journal: JournalEntry;
}
