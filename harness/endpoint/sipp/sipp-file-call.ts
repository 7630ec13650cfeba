import type { OutgoingCall, OutgoingCallState } from '../endpoint.js';
import { Notifier } from '../notifier.js';
import type { FileRun } from './file-run.js';

/** A call that a scenario of the user's makes, which tells us nothing of it but its end. */
export class SippFileCall implements OutgoingCall {
  readonly finalStatus: undefined;
  readonly shown = null;
  readonly #changes = new Notifier();
  #state: OutgoingCallState = 'calling';

  constructor(
    readonly callId: string,
    /** Its run, as soon as there is one; rejected where there will be none. */
    private readonly begun: Promise<FileRun>,
  ) {
    const over = (state: OutgoingCallState): void => {
      this.#state = state;
      this.#changes.notify();
    };
    begun
      .then((run) => run.ended)
      .then(
        ({ code }) => over(code === 0 ? 'ended' : 'failed'),
        () => over('failed'),
      );
  }

  get state(): OutgoingCallState {
    return this.#state;
  }

  onChange(listener: () => void): void {
    this.#changes.add(listener);
  }

  /** The scenario knows of no giving up. */
  cancel(): void {
    this.begun.then(
      (run) => run.stop(),
      () => {},
    );
  }

  hangUp(): void {
    this.cancel();
  }
}
