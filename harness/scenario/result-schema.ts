import { z } from 'zod';
import { RESULT_SCHEMA_VERSION } from './result.js';

/**
 * The results file as a schema, for those who read it with other programs; a test holds it against the types and against a run.
 * Objects are open: a later version of the same `schemaVersion` may say more.
 */

const count = z.int().min(0);
const milliseconds = z.number().min(0);
const statusCode = z.int().min(100).max(699);
const observed = z.union([statusCode, z.enum(['ringing', 'pending'])]);

const loss = z
  .looseObject({
    kind: z
      .enum(['not-acked', 'swallowed', 'misdelivered', 'not-accepted', 'lost-on-wire'])
      .meta({ description: 'In which way the final response was lost.' }),
    hop: z.string().nullable().meta({ description: 'The server or participant that lost it; null where it was lost between two.' }),
    between: z
      .tuple([z.string(), z.string()])
      .nullable()
      .meta({ description: 'From whom to whom it was on its way; null where a hop lost it.' }),
    certainty: z.enum(['seen', 'inferred', 'unknown']).meta({ description: 'What the evidence allows to say.' }),
    reason: z.string().meta({ description: 'What the datagrams show, in sentences.' }),
  })
  .meta({ description: 'Where and how a final response was lost.' });

const attempt = z
  .looseObject({
    label: z.string().meta({ description: 'Who calls whom, or the title given in the scenario.' }),
    originator: z.string().meta({ description: 'The participant that made the attempt.' }),
    callee: z.string().meta({ description: 'The participant, number or URI that was meant.' }),
    expected: z.array(observed).meta({ description: 'What was allowed; empty where nothing was asserted.' }),
    observed: observed.nullable().meta({ description: 'A final code, `ringing`, `pending`; null where the attempt was not made.' }),
    finalAtCallee: statusCode.nullable().meta({ description: 'The final response that the callee sent.' }),
    finalAtOriginator: statusCode.nullable().meta({ description: 'The final response that the originator accepted.' }),
    reached: z.array(z.string()).meta({ description: 'The participants that the INVITE arrived at.' }),
    loss: loss.nullable(),
    shown: z.string().nullable().meta({ description: 'The sentence on the originator’s screen.' }),
    cancel: statusCode
      .nullable()
      .exactOptional()
      .meta({ description: 'The final response that the originator’s CANCEL got; null where none came, absent where it sent none.' }),
  })
  .meta({ description: 'One attempt: a call set-up followed over every hop.' });

const journalEntry = z
  .looseObject({
    server: z.string(),
    flow: z.string(),
    setting: z.string(),
    decision: z.string(),
    reason: z.string(),
  })
  .meta({ description: 'One decision of a server about trust, and the setting behind it.' });

const program = z
  .looseObject({
    participant: z.string(),
    program: z.string(),
    exitCode: z.int().nullable().meta({ description: 'Null where it ran until busyhere ended it, or a signal did.' }),
    signal: z
      .int()
      .exactOptional()
      .meta({ description: 'The number of the signal that ended it; absent where none did, or busyhere ended it.' }),
    remarks: z.array(z.string()).meta({ description: 'What it complained of, or counted.' }),
    files: z.string().nullable().meta({ description: 'The folder of its output, kept of cases that are not as expected.' }),
  })
  .meta({ description: 'What a program that played a participant said of itself.' });

const caseResult = z
  .looseObject({
    id: z.string().meta({ description: 'Scenario and variant; unique in the run.' }),
    scenario: z.string(),
    variant: z.record(z.string(), z.union([z.string(), z.number()])).meta({ description: 'The value of each axis of the matrix.' }),
    status: z.enum(['passed', 'failed', 'skipped', 'inconclusive', 'interrupted']),
    reason: z.string().nullable().meta({ description: 'Why it is not passed; null where it is.' }),
    durationMs: milliseconds,
    horizonMs: milliseconds
      .exactOptional()
      .meta({ description: 'Present where the machine was too busy, and the case was measured again with slower timers.' }),
    trace: z.string().nullable().meta({ description: 'Path of the case’s capture.' }),
    attempts: z.array(attempt),
    journal: z.array(journalEntry),
    programs: z.array(program).exactOptional().meta({ description: 'The programs that played participants; absent where none ran.' }),
  })
  .meta({ description: 'One scenario with one value of each axis.' });

export const runResultSchema = z
  .looseObject({
    schemaVersion: z.literal(RESULT_SCHEMA_VERSION).meta({ description: 'Rises with any incompatible change.' }),
    tool: z.looseObject({ name: z.string(), version: z.string() }),
    engine: z.string(),
    sut: z.string(),
    timers: z.string(),
    horizonMs: milliseconds.meta({ description: 'How long after its last branch ended an attempt without a final is called pending.' }),
    seed: z.int().min(0),
    startedAt: z.string().meta({ description: 'ISO 8601, UTC.', format: 'date-time' }),
    durationMs: milliseconds,
    summary: z.looseObject({ cases: count, passed: count, failed: count, skipped: count, inconclusive: count, interrupted: count }),
    cases: z.array(caseResult),
  })
  .meta({ title: 'busyhere results', description: 'The results of one run, as `--reporter json` writes them.' });
