import { rememberCall } from './call-site.js';
import type { ScenarioInput } from './scenario-schema.js';

/** Gives a scenario written in TypeScript or JavaScript its types; returns it as it is. Export the result as `default`. */
export function defineScenario(scenario: ScenarioInput): ScenarioInput {
  rememberCall(scenario, defineScenario);
  return scenario;
}
