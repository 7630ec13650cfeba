import type { DockerOptions } from '../lab/docker/open-containers.js';
import type { ExternalSut } from '../lab/external-sut.js';
import type { CaptureOptions } from './case-capture.js';
import type { EndpointChoices } from './choose-endpoints.js';

export type EngineName = 'udp' | 'memory' | 'docker';
export type SutName = 'builtin' | 'drachtio' | 'external';
export type TimersName = 'fast' | 'rfc3261';

/** How the cases of a run are run. */
export interface RunOptions {
  readonly engine: EngineName;
  readonly sut: SutName;
  /** For the SUT `external`: the proxy that runs already. Its accounts are shared by all cases, so these go one at a time. */
  readonly external?: ExternalSut;
  readonly timers: TimersName;
  /** Endpoints in place of those that the scenarios name. */
  readonly endpoints?: EndpointChoices;
  /** For the engine `docker`. */
  readonly docker?: DockerOptions;
  /** Overrides every other horizon. */
  readonly horizonMs?: number;
  readonly seed: number;
  /** Cases at once. */
  readonly workers: number;
  /** The run ends after this many failures. */
  readonly bail?: number;
  /** The folder for what programs that play participants leave of cases that are not as expected; none unless given. */
  readonly programFiles?: string;
  /** Which cases leave a capture, and where; none unless given. */
  readonly captures?: CaptureOptions;
  /** Puts everybody on ports of 127.0.0.1, as where no other loopback address can be opened; found out by itself unless given. */
  readonly singleAddress?: boolean;
  /** Aborted: no case starts any more, those that run are torn down and are `interrupted`, the result is still given. */
  readonly signal: AbortSignal;
}
