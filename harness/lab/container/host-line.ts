import type { Clock } from '../../platform/clock.js';
import { BusyhereError } from '../../platform/errors.js';
import type { StreamNetwork } from '../../platform/stream-network.js';
import { unlessAborted } from '../unless-aborted.js';
import { ControlClient, type ControlClientOptions } from './control-client.js';
import { Heartbeat, SILENT_AFTER_MS } from './heartbeat.js';

export interface HostLineOptions extends Omit<ControlClientOptions, 'end'> {
  readonly clock: Clock;
  readonly streams: StreamNetwork;
  /** Aborted where nobody is to be reached any more, with the reason. */
  readonly ended: AbortSignal;
  /** The host does not answer any more, and is let go. */
  silent(error: BusyhereError): void;
}

/** The control channel to one host, for as long as the host answers. */
export class HostLine {
  readonly #heartbeat: Heartbeat;

  private constructor(
    readonly control: ControlClient,
    { clock, name, silent }: HostLineOptions,
    private readonly end: AbortController,
  ) {
    const hung = (): void => {
      const error = silence(name);
      silent(error); // first, so that the reason is known to whoever asked
      this.abandon(error);
    };
    this.#heartbeat = new Heartbeat(clock, () => control.ask({ do: 'ping' }), hung);
  }

  /** @throws BusyhereError `transport` where the host cannot be reached; the reason of `ended` */
  static async open(options: HostLineOptions): Promise<HostLine> {
    const { clock, streams, ended, ...rest } = options;
    const end = new AbortController();
    const patience = clock.setTimer(SILENT_AFTER_MS, () => end.abort(silence(options.name)));
    try {
      const control = await unlessAborted(ControlClient.connect(streams, { ...rest, end: end.signal }), ended);
      return new HostLine(control, options, end);
    } catch (error) {
      end.abort(error);
      throw error;
    } finally {
      patience.cancel();
    }
  }

  /** Nothing is expected of the host any more: whoever waits for an answer is told so. */
  abandon(reason: BusyhereError): void {
    this.#heartbeat.stop();
    this.end.abort(reason);
  }

  close(): void {
    this.#heartbeat.stop();
    this.control.close();
  }
}

function silence(name: string): BusyhereError {
  return new BusyhereError(
    'environment',
    `the container ${name} does not answer any more: it has said nothing for ${SILENT_AFTER_MS / 1000} s`,
    'it was paused, or the machine has neither memory nor time for it: see docker stats, and try fewer cases at once, -j 8',
  );
}
