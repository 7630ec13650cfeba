import { z } from 'zod';
import { ENDPOINT_KINDS } from '../endpoint/endpoint-kind.js';
import { profilesSchema, serverBasics, trustSettings } from './profile-schema.js';
import { duration, flag, name, nameReference, observed, orAxis, plainTime, rate, reaction, share, text } from './schema-terms.js';
import { stepSchema } from './step-schema.js';

const server = z
  .strictObject({ ...serverBasics, ...trustSettings })
  .meta({ description: 'A SIP server: registrar and proxy of one domain.' });

const ENDPOINT_RULE = `${ENDPOINT_KINDS.slice(0, -1).join(', ')} or ${ENDPOINT_KINDS.at(-1)}`;

const participant = z
  .strictObject({
    role: z
      .enum(['client', 'gateway'], { error: 'client or gateway' })
      .optional()
      .meta({
        description: '`client` (without this key) or `gateway`, which never registers and never authenticates.',
        examples: ['gateway'],
      }),
    home: nameReference.optional().meta({
      description: 'The server, or `server/listener`, that a client registers with; an account is made there for the run.',
      examples: ['lcs'],
    }),
    at: nameReference.optional().meta({
      description: 'The server, or `server/listener`, that a gateway or a stranger sends to, without registering.',
      examples: ['lcs', 'lcs/gateway'],
    }),
    account: flag.optional().meta({
      description: 'false: no account is made; the client does not register and cannot answer a challenge.',
      examples: [false],
    }),
    persona: orAxis(z.enum(['messenger', 'plain']), 'messenger or plain')
      .optional()
      .meta({
        description:
          '`messenger` (clients without this key): one pending or active session, any further INVITE is answered 486. `plain`: does only what the script says.',
        examples: ['plain'],
      }),
    numbers: z
      .record(text, reaction)
      .optional()
      .meta({
        description: 'What a gateway does with calls to numbers. `+1*` stands for all that begin so; the longest match counts.',
        examples: [{ '+15550100': 'busy', '+1*': 'answer' }],
      }),
    address: text.optional().meta({
      description: 'An address asked for explicitly, with a port if wanted. Without it the lab chooses.',
      examples: ['127.0.5.9:5060'],
    }),
    endpoint: orAxis(z.enum(ENDPOINT_KINDS), ENDPOINT_RULE)
      .optional()
      .meta({
        description: 'Whose SIP stands behind it: `own` (without this key), or other people’s; see docs/endpoints.md.',
        examples: ['sipjs-udp'],
      }),
    file: text.optional().meta({
      description: 'With `endpoint: sipp`, a scenario of sipp’s own that plays the participant, from this file on.',
      examples: ['my-uas.xml'],
    }),
    inject: text.optional().meta({
      description: 'With `file`, the data that sipp is to inject, from this file on.',
      examples: ['data.csv'],
    }),
  })
  .meta({ description: 'An endpoint.' });

const axisValue = z.union([z.string(), z.number()], { error: 'text or a number' });
const axisSelection = z.union([axisValue, z.array(axisValue).min(1)], { error: 'a value, or a list of values' });

const axis = z
  .array(axisValue, { error: 'a list of values' })
  .min(1, { error: 'at least one value' })
  .meta({ description: 'The values of an axis.', examples: [['ringing', 'engaged']] });

const matrixKeys = {
  include: z
    .array(z.record(name, axisValue))
    .optional()
    .meta({
      description: 'Cases beyond the product of the axes; each names a value for every axis.',
      examples: [[{ trust: 'no-trust', bob: 'idle' }]],
    }),
  exclude: z
    .array(z.record(name, axisSelection))
    .optional()
    .meta({
      description: 'Cases left out of the product: those that match all the values of an entry.',
      examples: [[{ trust: 'telephony-off', bob: ['engaged'] }]],
    }),
};

const matrix = z
  .object(matrixKeys)
  .catchall(axis)
  .meta({
    description:
      'Axes by name. There is a case for each combination of values; the axis `trust` takes names of profiles. `$name` elsewhere stands for the value.',
    examples: [{ trust: ['no-trust', 'shared-listener'], bob: ['ringing', 'engaged'] }],
  });

const expectedLoss = z
  .strictObject({
    kind: orAxis(
      z.enum(['not-acked', 'swallowed', 'misdelivered', 'not-accepted', 'lost-on-wire']),
      'not-acked, swallowed, misdelivered, not-accepted or lost-on-wire',
    ).meta({ description: 'In which way the response was lost.', examples: ['swallowed'] }),
    hop: nameReference.optional().meta({ description: 'The server or participant that lost it.', examples: ['lcs'] }),
  })
  .meta({ description: 'Where and how the final response must have been lost.' });

const CANCEL_RULE = 'a response code from 200 to 699, or a list of codes';
const finalCode = z.int({ error: CANCEL_RULE }).min(200, { error: CANCEL_RULE }).max(699, { error: CANCEL_RULE });
const cancelAnswer = z.union([finalCode, z.array(finalCode).min(1, { error: CANCEL_RULE })], { error: CANCEL_RULE });

const expectationKeys = {
  observed: observed.meta({
    description:
      'What must be observed: a code, `ringing` (no final response anywhere), `pending` (the callee sent one, the originator has none), or a list of those allowed.',
    examples: [486, 'pending', [486, 600]],
  }),
  loss: expectedLoss.optional().meta({
    description: 'Where and how the final response must have been lost. Needed with `pending`.',
    examples: [{ kind: 'swallowed', hop: 'lcs' }],
  }),
  reached: z
    .array(nameReference)
    .optional()
    .meta({ description: 'Exactly the participants that the INVITE must have arrived at.', examples: [['bob']] }),
  shown: text
    .nullable()
    .optional()
    .meta({
      description: 'The sentence that the originator’s screen must show; null for none.',
      examples: ['Your request to have a voice conversation cannot be delivered to bob.'],
    }),
  cancel: cancelAnswer.optional().meta({
    description:
      'The final response that the originator’s CANCEL must have got, or a list of those allowed. The INVITE’s own, 487 as a rule, stands in `observed`.',
    examples: [200, [200, 481]],
  }),
};

const expectation = z
  .object(expectationKeys)
  .catchall(axisSelection)
  .meta({
    description: 'What must be observed in the cases whose variant has the values named here by axis; without any, in all.',
    examples: [{ trust: ['shared-listener'], observed: 'pending', loss: { kind: 'swallowed', hop: 'lcs' } }],
  });

const link = z
  .strictObject({
    loss: share.optional().meta({ description: 'The share of datagrams that are lost.', examples: ['5%'] }),
    duplicate: share.optional().meta({ description: 'The share of datagrams that arrive twice.', examples: ['1%'] }),
    delay: plainTime.optional().meta({ description: 'How long each datagram is under way.', examples: ['20ms'] }),
    reorder: share.optional().meta({
      description: 'The share of datagrams that are held back, and so may be overtaken. Needs `delay` or `reorderBy`.',
      examples: ['2%'],
    }),
    reorderBy: plainTime
      .optional()
      .meta({ description: 'How long they are held back at most. Without it, as long as `delay`.', examples: ['30ms'] }),
  })
  .meta({ description: 'What becomes of datagrams between two hosts, in both directions.' });

/** The whole of a scenario file. */
export const scenarioSchema = z
  .strictObject({
    $schema: text.optional().meta({ description: 'For editors that find the JSON Schema here.', examples: ['busyhere/schema.json'] }),
    name: text
      .min(1, { error: 'text' })
      .meta({ description: 'What the scenario is about, for people.', examples: ['A second invitation to a user who is already invited'] }),
    description: text.optional().meta({ description: 'More about it.', examples: ['The article’s case, for every trust profile.'] }),
    reference: text.optional().meta({ description: 'Where it comes from: an article, a ticket, an RFC.', examples: ['KB834477'] }),
    servers: z
      .record(name, server)
      .meta({ description: 'SIP servers by name.', examples: [{ lcs: { domain: 'lab.example', quirks: ['lcs2003'] } }] }),
    participants: z
      .record(name, participant)
      .meta({ description: 'Endpoints by name.', examples: [{ alice: { home: 'lcs' }, gateway: { role: 'gateway', at: 'lcs' } }] }),
    profiles: z
      .union([nameReference, profilesSchema], { error: 'the path of a profiles file, or profiles by name' })
      .optional()
      .meta({
        description: 'Trust profiles by name, or the path of a file of them, from this file on.',
        examples: ['../profiles/one-server.yaml'],
      }),
    links: z
      .record(nameReference, link)
      .optional()
      .meta({
        description: 'Links that are worse than the network itself, by the names of the two servers or participants with - between them.',
        examples: [{ 'lcs-bob': { loss: '5%', duplicate: '1%', reorder: '2%', delay: '20ms' } }],
      }),
    matrix: matrix.optional(),
    script: z
      .array(stepSchema, { error: 'a list of steps' })
      .min(1, { error: 'at least one step' })
      .meta({
        description: 'What happens, step by step. Steps without `after` are taken at once, in order.',
        examples: [[{ alice: { invite: 'bob', as: 'first' } }, { bob: { on: 'first', do: 'ring' } }]],
      }),
    expect: z.record(name, z.array(expectation, { error: 'a list of rows' }).min(1, { error: 'at least one row' })).meta({
      description:
        'For each attempt rows of what must be observed; the first row that matches the case’s variant counts. A row that no case gets to is a mistake.',
      examples: [
        { second: [{ trust: 'shared-listener', observed: 'pending', loss: { kind: 'swallowed', hop: 'lcs' } }, { observed: 486 }] },
      ],
    }),
    load: rate.optional().meta({
      description: 'Background calls over the first server while the script runs, each answered and hung up at once.',
      examples: ['200/s'],
    }),
    horizon: duration.optional().meta({
      description: 'How long after its last branch ended an attempt without a final is called pending. `--horizon` overrides it.',
      examples: ['64T1'],
    }),
  })
  .meta({
    title: 'busyhere scenario',
    description: 'A scenario of busyhere: who calls whom over which servers, and what must be observed.',
  });

/** `matrix` as written. The axes are open: an index signature of their true type would not go with the known keys. */
export type MatrixInput = z.input<z.ZodObject<typeof matrixKeys>> & { readonly [axis: string]: unknown };

/** A row of `expect` as written; the open keys are axes and the values selected of them. */
export type ExpectationInput = z.input<z.ZodObject<typeof expectationKeys>> & { readonly [axis: string]: unknown };

/** A scenario as written, in YAML or in TypeScript. */
export type ScenarioInput = Omit<z.input<typeof scenarioSchema>, 'matrix' | 'expect'> & {
  matrix?: MatrixInput | undefined;
  expect: Record<string, ExpectationInput[]>;
};
export type ParticipantInput = ScenarioInput['participants'][string];
export type ServerInput = ScenarioInput['servers'][string];
export type LinkInput = NonNullable<ScenarioInput['links']>[string];
