import type { Case } from '../scenario/case.js';
import { loadScenarios } from '../scenario/load.js';
import { type Selection, selectCases } from '../scenario/select.js';
import type { Invocation } from './commands.js';
import { OWN_ENTRY } from './own-entry.js';
import { scenarioPaths } from './scenario-paths.js';

/** Loads the scenarios that the arguments name and picks the cases that the flags choose. */
export function chooseCases({ args, flags }: Invocation, cwd: string): Case[] {
  const cases = loadScenarios(scenarioPaths(args, cwd), cwd, OWN_ENTRY).flatMap((scenario) => scenario.cases);
  // The table of flags reads them into just these types.
  return selectCases(cases, flags as Selection);
}
