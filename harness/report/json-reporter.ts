import type { RunEvent } from '../scenario/run-events.js';
import type { Reporter, Sink } from './reporter.js';

/** The results as one JSON object, when the run is over. */
export class JsonReporter implements Reporter {
  readonly name = 'json';

  constructor(private readonly sink: Sink) {}

  handle(event: RunEvent): void {
    if (event.type === 'runFinished') this.sink.write(`${JSON.stringify(event.result, null, 2)}\n`);
  }
}
