import { z } from 'zod';
import { ACTION_RULE, action, conditions, duration, name, nameReference, reaction, text } from './schema-terms.js';

const after = conditions.optional().meta({
  description: 'The step waits until this holds: an attempt of the script and its state, or a list of such.',
  examples: ['first is ringing', ['first is answered', 'second is pending']],
});

const wait = duration.optional().meta({ description: 'The step waits this long after its conditions hold.', examples: ['500ms'] });

const as = name.optional().meta({
  description: 'A name for the attempt, for other steps and for `expect`.',
  examples: ['second'],
});

const title = text.optional().meta({
  description: 'The name of the attempt in reports. Without it: who calls whom.',
  examples: ['dave → busy number'],
});

const target = nameReference.meta({
  description: 'A participant, a number, or a SIP URI.',
  examples: ['bob', '+15550100', 'sip:bob@lab.example'],
});

const at = nameReference.optional().meta({
  description:
    'Send straight to this server, to this `server/listener`, or to the listener that this gateway is connected to, instead of the usual way.',
  examples: ['lcs', 'lcs/gateway', 'gateway'],
});

/** What a participant can do, by the key that says it. */
const stepSchemas = {
  invite: z
    .strictObject({
      invite: target,
      action: action
        .optional()
        .meta({ description: `The conversation asked for: ${ACTION_RULE}. Without it, voice.`, examples: ['camera'] }),
      as,
      title,
      at,
      after,
      wait,
    })
    .meta({
      description: 'Sends an INVITE.',
      examples: [{ carol: { invite: 'bob', action: 'voice', as: 'second', after: 'first is ringing' } }],
    }),
  message: z
    .strictObject({
      message: target,
      text: text.meta({ description: 'The text.', examples: ['Call me back.'] }),
      as,
      title,
      at,
      after,
      wait,
    })
    .meta({ description: 'Sends a MESSAGE.', examples: [{ carol: { message: 'bob', text: 'Call me back.', as: 'note' } }] }),
  cancel: z
    .strictObject({ cancel: nameReference.meta({ description: 'The attempt to give up.', examples: ['second'] }), after, wait })
    .meta({
      description: 'Cancels an INVITE that has no final response yet.',
      examples: [{ carol: { cancel: 'second', after: 'second is pending' } }],
    }),
  hangUp: z
    .strictObject({ hangUp: nameReference.meta({ description: 'The answered attempt to end.', examples: ['first'] }), after, wait })
    .meta({
      description: 'Ends an answered call with BYE; either side may.',
      examples: [{ bob: { hangUp: 'first', after: 'first is answered' } }],
    }),
  on: z
    .strictObject({
      on: nameReference.meta({ description: 'The attempt whose INVITE arrives here.', examples: ['first'] }),
      do: reaction.meta({
        description:
          'What to do with it: `ring` (180, or the code and phrase after it), `answer` (200), `busy` (486), `reject` with a code and a phrase if wanted, `ignore`. The phrase `""` is the empty one. The values `ringing` and `engaged` of an axis mean ring and answer.',
        examples: ['ring', 'ring 183 Session Progress', '$bob', 'reject 603 Decline', 'reject 486 ""'],
      }),
      after,
      wait,
    })
    .meta({ description: 'Handles an INVITE that arrives.', examples: [{ bob: { on: 'first', do: 'ring' } }] }),
};

const stepBody = z.union([stepSchemas.invite, stepSchemas.message, stepSchemas.cancel, stepSchemas.hangUp, stepSchemas.on]);

/** One step: one participant, and what it does. */
export const stepSchema = z
  .record(nameReference, stepBody)
  .refine((step) => Object.keys(step).length === 1, { error: 'one participant and what it does' })
  .meta({
    minProperties: 1,
    maxProperties: 1,
    description: 'One step: a participant, and what it does.',
    examples: [{ alice: { invite: 'bob', as: 'first' } }],
  });

export type StepInput = z.input<typeof stepBody>;
