/**
 * The small words of the scenario format. Each schema's message completes the sentence "expected …", and no schema
 * transforms what it reads: the JSON Schema for editors is generated from these, and types of scenarios in TypeScript inferred.
 */

import { z } from 'zod';

/** `$bob`: stands for the value that the axis has in the case at hand. */
const axisReference = z.templateLiteral(['$', z.string()]);

/** A value, or the `$axis` that brings it. */
export function orAxis<Schema extends z.ZodType>(schema: Schema, expected: string) {
  return z.union([schema, axisReference], { error: expected });
}

const NAME_PATTERN = /^[A-Za-z][A-Za-z0-9_-]{0,62}$/;

const nameRule = 'a name: a letter, then letters, digits, - or _';

/** Name of a server, participant, listener, profile, axis or attempt. */
export const name = z.string({ error: nameRule }).regex(NAME_PATTERN, { error: nameRule });

/** A name that stands somewhere else in the scenario. */
export const nameReference = z.string({ error: 'a name' }).min(1, { error: 'a name' });

export const text = z.string({ error: 'text' });

export const flag = z.boolean({ error: 'true or false' });

export const port = z
  .int({ error: 'a port from 1 to 65535' })
  .min(1, { error: 'a port from 1 to 65535' })
  .max(65535, { error: 'a port from 1 to 65535' });

const durationRule = 'a time such as 500ms, 2s or 64T1';

/** `500ms`, `2s`, or a multiple of the timer T1 such as `64T1`. */
export const duration = z
  .string({ error: durationRule })
  .regex(/^\d{1,7}(\.\d{1,6})?(ms|s|T1)$/, { error: durationRule })
  .meta({
    description: 'A time: `500ms`, `2s`, or a multiple of the timer T1 of the run such as `64T1`.',
    examples: ['500ms', '2s', '64T1'],
  });

const SHARE_RULE = 'a share such as 5% or 0.5%';

/** `5%` */
export const share = orAxis(z.string({ error: SHARE_RULE }).regex(/^(\d{1,2}(\.\d{1,6})?|100)%$/, { error: SHARE_RULE }), SHARE_RULE);

const PLAIN_TIME_RULE = 'a time such as 20ms or 2s';

/** `20ms`, `2s`: not in T1, since a network knows nothing of SIP's timers. */
export const plainTime = orAxis(
  z.string({ error: PLAIN_TIME_RULE }).regex(/^\d{1,7}(\.\d{1,6})?(ms|s)$/, { error: PLAIN_TIME_RULE }),
  PLAIN_TIME_RULE,
);

export const ACTION_RULE = 'voice, camera, application-sharing, whiteboard or remote-assistance';

export const action = orAxis(z.enum(['voice', 'camera', 'application-sharing', 'whiteboard', 'remote-assistance']), ACTION_RULE);

const REACTION_RULE =
  'ring, answer, busy, ignore, ring with a code from 101 to 199, or reject with one from 300 to 699: reject 603 Decline';

/** What a callee does with an invitation. */
export const reaction = orAxis(
  z.union([
    z.enum(['ring', 'ringing', 'answer', 'engaged', 'busy', 'ignore']),
    z.templateLiteral(['reject ', z.string()]),
    z.templateLiteral(['ring ', z.string()]),
  ]),
  REACTION_RULE,
);

const OBSERVED_RULE = 'a response code from 200 to 699, ringing, pending, or a list of these';

const finalCode = z.int({ error: OBSERVED_RULE }).min(200, { error: OBSERVED_RULE }).max(699, { error: OBSERVED_RULE });

const observation = z.union([finalCode, z.enum(['ringing', 'pending']), axisReference], { error: OBSERVED_RULE });

/** What may be observed of an attempt. */
export const observed = z.union([observation, z.array(observation).min(1)], { error: OBSERVED_RULE });

const CONDITION_RULE = 'an attempt and its state: first is ringing (or engaged, answered, rejected, cancelled, pending)';

const condition = z.string({ error: CONDITION_RULE }).min(1, { error: CONDITION_RULE });

/** One condition, or several that must all hold. */
export const conditions = z.union([condition, z.array(condition).min(1)], { error: CONDITION_RULE });

const rateRule = 'a rate such as 200/s, above 0 and below 100000/s';

/** `200/s` */
export const rate = z.string({ error: rateRule }).regex(/^(?!0+(\.0+)?\/)\d{1,5}(\.\d{1,3})?\/s$/, { error: rateRule });
