import { z } from 'zod';
import { runResultSchema } from './result-schema.js';
import { scenarioSchema } from './scenario-schema.js';

/**
 * The JSON Schema that is shipped, as a plain object: of scenario files, and under `#/$defs/results` of results files.
 * It is what the code itself checks with, so the two cannot differ.
 */
export function scenarioJsonSchema(): Record<string, unknown> {
  const { $schema: _, ...results } = z.toJSONSchema(runResultSchema);
  return { ...z.toJSONSchema(scenarioSchema, { io: 'input' }), $defs: { results } };
}
