import { z } from 'zod';
import { scenarioSchema } from './scenario-schema.js';

/** The JSON Schema of scenario files, as a plain object; what the code itself checks with, so the two cannot differ. */
export function scenarioJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(scenarioSchema, { io: 'input' }) };
}
