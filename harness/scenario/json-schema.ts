import { z } from 'zod';
import { runResultSchema } from './result-schema.js';
import { scenarioSchema } from './scenario-schema.js';

/** The JSON Schema of scenario files that is shipped, as a plain object. It is what the code itself checks with, so the two cannot differ. */
export function scenarioJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(scenarioSchema, { io: 'input' });
}

/** The JSON Schema of results files that is shipped, as a plain object. */
export function resultJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(runResultSchema);
}
