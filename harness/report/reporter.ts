import type { RunEvent } from '../scenario/run-events.js';

/** Something that listens to a run and tells of it. */
export interface Reporter {
  /** As the user names it. */
  readonly name: string;
  handle(event: RunEvent): void;
  /** The run ended with an error, and no more events come. */
  abandon?(): void;
}

/** Where a reporter writes to: a terminal, a stream or a file. */
export interface Sink {
  write(text: string): void;
}

/**
 * Hands every event to every reporter. One that throws is told of once and left out from then on; the run goes on.
 *
 * @param onFault told which reporter failed, and how
 */
export function fanOut(reporters: readonly Reporter[], onFault: (reporter: string, error: unknown) => void): (event: RunEvent) => void {
  const working = new Set(reporters);
  return (event) => {
    for (const reporter of working) {
      try {
        reporter.handle(event);
      } catch (error) {
        working.delete(reporter);
        onFault(reporter.name, error);
      }
    }
  };
}
