import { z } from 'zod';
import { BusyhereError } from '../../platform/errors.js';
import { CONTROL_PORT, standingLabSchema } from './standing-lab.js';

/** Where every container answers OPTIONS, whatever it is to do later. */
export const LOBBY_PORT = 5060;

/** When a container ends whose harness has not come, or has gone, where a run or a test made it, ms. */
export const LEAVE_AFTER_MS = 60_000;

const control = z.strictObject({
  port: z.int().min(1).max(65_535).default(CONTROL_PORT),
  /** Of this run; without it the container draws one itself, for those who can read its file. */
  token: z.string().min(16).exactOptional(),
  /** Where it writes the token that it draws. */
  tokenFile: z.string().min(1).exactOptional(),
  /** Ends when its harness has gone, or has not come within this time, ms; without it, it stays. */
  leaveAfterMs: z.number().positive().exactOptional(),
});

/** What a container is to be, as its entry is told: the one argument, or the variable BUSYHERE_ROLE, in JSON. */
const roleSchema = z.discriminatedUnion('role', [
  z.strictObject({
    role: z.enum(['endpoint', 'gateway', 'proxy', 'b2bua']),
    name: z.string().min(1).max(64),
    control,
  }),
  z.strictObject({
    role: z.literal('harness'),
    /** Of the command busyhere. */
    arguments: z.array(z.string()).min(1),
    lab: standingLabSchema,
    /** Where a host of that name is in the network, the arguments are these instead; its port is asked until it takes connections. */
    beside: z
      .strictObject({ host: z.string().min(1), port: z.int().min(1).max(65_535), arguments: z.array(z.string()).min(1) })
      .exactOptional(),
    /** The folder that it writes into. */
    output: z.string().min(1),
  }),
]);

export type Role = z.output<typeof roleSchema>;
export type HostRole = Extract<Role, { control: unknown }>;
export type HarnessRole = Extract<Role, { role: 'harness' }>;

/** @throws BusyhereError `configuration` */
export function readRole(text: string): Role {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new BusyhereError('configuration', `the role is no JSON: ${(cause as Error).message}`, undefined, { cause });
  }
  const parsed = roleSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new BusyhereError('configuration', `the role cannot be understood: ${z.prettifyError(parsed.error)}`);
}
