import { z } from 'zod';
import { DIAGNOSIS_SCHEMA_VERSION } from './json-diagnosis.js';

/**
 * What `diagnose --json` writes as a schema, for those who read it with other programs; a test holds it against what is written.
 * Objects are open: a later version of the same `schemaVersion` may say more.
 */

const count = z.int().min(0);
const statusCode = z.int().min(100).max(699);
const place = z.string().meta({ description: 'IP address and port.', examples: ['192.0.2.1:5060', '[2001:db8::1]:5060'] });
const certainty = z.enum(['seen', 'inferred', 'unknown']).meta({ description: 'What the evidence allows to say.' });
const userPart = z.string().nullable();
const notes = z.array(z.string()).meta({ description: 'What the verdict stands on, and what the capture could not show.' });

const loss = z
  .looseObject({
    kind: z
      .enum(['not-acked', 'swallowed', 'misdelivered', 'not-accepted', 'lost-on-wire'])
      .meta({ description: 'In which way the final response was lost.' }),
    hop: place.nullable().meta({ description: 'Who lost it; null where no host can be named.' }),
    between: z.tuple([place, place]).nullable().meta({ description: 'From whom to whom it was on its way; null where a hop lost it.' }),
    certainty,
    reason: z.string().meta({ description: 'What the datagrams show, in sentences.' }),
    status: statusCode.meta({ description: 'The code that was lost.' }),
    brokenBy: place.nullable().meta({ description: 'For not-accepted: who sent it in a form that the originator could not match.' }),
    frame: count.nullable().meta({ description: 'Number of the packet in which it was seen last.' }),
    capture: z.string().nullable().meta({ description: 'The capture, or the interface in it, that has this packet.' }),
  })
  .meta({ description: 'Where and how a final response was lost.' });

const alteration = z
  .looseObject({ hop: place, from: statusCode, to: statusCode, certainty, reason: z.string() })
  .meta({ description: 'Where one final response became another.' });

const message = z
  .looseObject({
    label: z.string().meta({ description: 'As a ladder shows it.', examples: ['486 Busy Here'] }),
    source: place,
    destination: place,
    frame: count.nullable(),
    capture: z.string().nullable(),
    lines: z.array(z.string()).meta({ description: 'Its start line and header lines, credentials masked unless asked for.' }),
  })
  .meta({ description: 'A message as it was captured.' });

const attempt = z
  .looseObject({
    originator: place.meta({ description: 'Where the INVITE was sent from.' }),
    callee: place.nullable().meta({ description: 'The final target; null where no INVITE’s way is known.' }),
    callIds: z.array(z.string()).meta({ description: 'The originator’s first, then those of the legs behind B2BUAs.' }),
    outcome: z.enum(['delivered', 'pending', 'ringing', 'altered', 'answered', 'unanswered', 'cancelled']),
    finalAtCallee: statusCode.nullable().meta({ description: 'The final response that the callee sent.' }),
    finalAtOriginator: statusCode.nullable().meta({ description: 'The final response that the originator accepted.' }),
    loss: loss.nullable(),
    hops: z.array(place).meta({ description: 'The elements between originator and callee, from the originator on.' }),
    targets: z
      .array(z.looseObject({ address: place, final: statusCode.nullable() }))
      .meta({ description: 'All targets, in the order in which they were tried.' }),
    alteration: alteration.nullable(),
    originatorSeen: z.boolean().meta({ description: 'False where only Via headers name the originator.' }),
    cancelledByOriginator: z.boolean(),
    from: userPart.meta({ description: 'The user part of From.' }),
    to: userPart.meta({ description: 'The user part of the Request-URI.' }),
    startedAtMs: z.number().meta({ description: 'When its first message was seen, in ms of the capture.' }),
    lastSeenAtMs: z.number().meta({ description: 'When its last message was seen, in ms of the capture.' }),
    notes,
    messages: z.array(message).exactOptional().meta({ description: 'The messages that prove the verdict, where some do.' }),
  })
  .meta({ description: 'One attempt: a call set-up followed over every hop.' });

const capture = z.looseObject({
  name: z.string(),
  packets: count,
  messages: count.meta({ description: 'SIP messages among them.' }),
  clockOffsetMs: z
    .number()
    .nullable()
    .meta({ description: 'How far its clock is from the first capture’s; null where that cannot be told.' }),
  problem: z.string().nullable().meta({ description: 'What of it could not be read; null where all could.' }),
  unfinished: z.string().nullable().meta({ description: 'That it ends within a record; null where it does not.' }),
});

const diagnosisSchema = z
  .looseObject({
    schemaVersion: z.literal(DIAGNOSIS_SCHEMA_VERSION).meta({ description: 'Rises with any incompatible change.' }),
    attempts: z.array(attempt),
    captures: z.array(capture),
    notes,
  })
  .meta({ title: 'busyhere diagnosis', description: 'What `busyhere diagnose --json` writes about captures.' });

/** The JSON Schema of the diagnosis that is shipped, as a plain object. */
export function diagnosisJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(diagnosisSchema);
}
