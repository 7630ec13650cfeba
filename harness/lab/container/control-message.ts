import { z } from 'zod';
import { callActionSchema, endpointSettingsSchema, requestOptionsSchema, serverSettingsSchema, trustSchema } from './element-settings.js';

/** Rises with any incompatible change: harness and container come from the same version of busyhere, or do not talk. */
export const CONTROL_VERSION = 1;

/** Octets of one message, its line end included. */
export const LONGEST_MESSAGE = 1024 * 1024;

const id = z.int().min(0);
/** An element of a container, unique in a run: a container hosts those of many cases at once. */
const element = z.string().min(1).max(128);
const call = id;
const text = z.string();

/** The first message on every connection. The token is drawn for each run, and nobody else has it. */
export const helloSchema = z.strictObject({ type: z.literal('hello'), version: z.int(), token: z.string().max(256) });

const command = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('openEndpoint'), element, settings: endpointSettingsSchema }),
  z.strictObject({ do: z.literal('openServer'), element, settings: serverSettingsSchema }),
  z.strictObject({ do: z.literal('close'), element }),
  z.strictObject({ do: z.literal('register'), element, expires: z.int().min(0) }),
  z.strictObject({ do: z.literal('invite'), element, call, target: text, options: requestOptionsSchema }),
  z.strictObject({ do: z.literal('message'), element, call, target: text, text, options: requestOptionsSchema }),
  z.strictObject({ do: z.literal('options'), element, call, target: text, options: requestOptionsSchema }),
  z.strictObject({ do: z.literal('call'), element, call, action: callActionSchema }),
  /** Another trust profile for a server that runs: registrations and calls stay. */
  z.strictObject({ do: z.literal('trust'), element, trust: trustSchema }),
  /** Answered when all that came before was done, and its events were sent. */
  z.strictObject({ do: z.literal('ping') }),
]);

/** What the harness asks of a container. */
export const requestSchema = z.strictObject({ type: z.literal('request'), id, command });

const journalEntry = z.strictObject({ server: text, flow: text, setting: text, decision: text, reason: text });

/** Why a registrar did not take a contact; no status where it said nothing. */
const registrationFault = z.strictObject({ who: text, registrar: text, status: z.int().nullable(), reason: text });

const fault = z.strictObject({ code: text, message: text, hint: text.nullable(), registration: registrationFault.exactOptional() });

/** What a container says, unasked or in answer. */
export const replySchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('welcome'), version: z.int() }),
  z.strictObject({ type: z.literal('refused'), reason: text }),
  z.strictObject({ type: z.literal('done'), id }),
  z.strictObject({ type: z.literal('failed'), id, fault }),
  z.strictObject({
    type: z.literal('invitation'),
    element,
    call,
    callId: text,
    from: text,
    target: text,
    /** Those that a script may ask for, by lower-case name. */
    headers: z.record(text, text),
  }),
  z.strictObject({ type: z.literal('callChanged'), element, call, state: text, finalStatus: z.int().nullable(), shown: text.nullable() }),
  z.strictObject({ type: z.literal('answered'), element, call, finalStatus: z.int().nullable() }),
  z.strictObject({ type: z.literal('text'), element, from: text, contentType: text, text }),
  z.strictObject({ type: z.literal('journal'), element, entry: journalEntry }),
  /** The container's process was late; `at` in ms since 1970, when it noticed. */
  z.strictObject({ type: z.literal('late'), at: z.number(), lateMs: z.number() }),
]);

export type Command = z.output<typeof command>;

export type ControlReply = z.output<typeof replySchema>;
export type Fault = z.output<typeof fault>;
