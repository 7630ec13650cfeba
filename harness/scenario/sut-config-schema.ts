import { z } from 'zod';
import { name, nameReference, text } from './schema-terms.js';

const SIP_ADDRESS_RULE = 'an address such as sip:192.0.2.1:5060';
const SOCKET_RULE = 'an IP address with or without a port: 192.0.2.10:5060';
const PASSWORD_RULE = 'text; put it in quotes';
const TIME_RULE = 'a time such as 500ms or 2s';

const sipAddress = z
  .string({ error: SIP_ADDRESS_RULE })
  .regex(/^sip:(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?$/, { error: SIP_ADDRESS_RULE });

const account = z.strictObject({
  user: text.min(1, { error: 'text' }).optional(),
  password: z.string({ error: PASSWORD_RULE }).optional(),
  passwordFrom: z
    .string({ error: 'the name of an environment variable' })
    .regex(/^[A-Za-z_]\w*$/, { error: 'the name of an environment variable' })
    .optional(),
});

const WHO_RULE = 'the name of a participant, or "*" for everybody else';

const participant = z.string({ error: WHO_RULE }).regex(/^(\*|[A-Za-z][A-Za-z0-9_-]{0,62})$/, { error: WHO_RULE });

/** What the file of `--sut-config` may say of a proxy that runs already. */
export const sutConfigSchema = z.strictObject({
  address: sipAddress.optional(),
  server: nameReference.optional(),
  domain: text.min(1, { error: 'a domain' }).optional(),
  trust: z.union([nameReference, z.array(nameReference).min(1)], { error: 'the name of a trust profile, or a list of names' }).optional(),
  accounts: z.record(participant, account).optional(),
  listeners: z.record(name, sipAddress).optional(),
  localAddress: z
    .string({ error: SOCKET_RULE })
    .regex(/^[0-9A-Fa-f:.]+$/, { error: 'an IP address of this machine' })
    .optional(),
  addresses: z.record(name, z.string({ error: SOCKET_RULE }).min(1, { error: SOCKET_RULE })).optional(),
  horizon: z
    .string({ error: TIME_RULE })
    .regex(/^\d{1,7}(\.\d{1,6})?(ms|s)$/, { error: TIME_RULE })
    .optional(),
});

export type SutConfigInput = z.input<typeof sutConfigSchema>;
