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
    private readonly run: FileRun,
  ) {
    run.ended.then(({ code }) => {
      this.#state = code === 0 ? 'ended' : 'failed';
      this.#changes.notify();
    });
  }

  get state(): OutgoingCallState {
    return this.#state;
  }

  onChange(listener: () => void): void {
    this.#changes.add(listener);
  }

  /** The scenario knows of no giving up. */
  cancel(): void {
    void this.run.stop();
  }

  hangUp(): void {
    this.cancel();
  }
}
