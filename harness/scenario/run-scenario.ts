import { rememberCall } from './call-site.js';
import { loadScenario } from './load.js';
import type { RunResult } from './result.js';
import { runSuite } from './run.js';
import type { EmitRunEvent } from './run-events.js';
import type { RunOptions } from './run-options.js';
import type { ScenarioInput } from './scenario-schema.js';

/** How a scenario of one's own is run; what is left out has the default that the command line has, and seed 1. */
export interface RunScenarioOptions extends Partial<RunOptions> {
  /** The scenario's id in results. Default: `scenario`. */
  readonly id?: string;
  /** Where the scenario's profiles file is looked for. Default: the working directory. */
  readonly directory?: string;
  /** Told what happens while it happens. */
  readonly emit?: EmitRunEvent;
}

/**
 * Runs all cases of one scenario, and gives their results; whether they are as expected stands in them.
 *
 * @param definition an object as of {@link defineScenario}, or the text of a YAML file
 * @throws BusyhereError `scenario` with every mistake of the definition; `environment` where this machine cannot run it
 */
export async function runScenario(definition: ScenarioInput | string, options: RunScenarioOptions = {}): Promise<RunResult> {
  rememberCall(definition, runScenario);
  const { id = 'scenario', directory = '.', emit = () => {}, engine = 'udp', ...given } = options;
  const { cases } = loadScenario(definition, id, directory);
  const timers = engine === 'memory' ? 'rfc3261' : 'fast';
  const signal = new AbortController().signal;
  return runSuite(cases, { sut: 'builtin', timers, seed: 1, workers: 16, signal, ...given, engine }, emit);
}
