import { z } from 'zod';
import { BusyhereError } from '../../platform/errors.js';

/** Where every container answers OPTIONS, whatever it is to do later. */
export const LOBBY_PORT = 5060;

/** Where every container listens for its harness, on its address in the lab's network. */
export const CONTROL_PORT = 7060;

const control = z.strictObject({
  port: z.int().min(1).max(65_535).default(CONTROL_PORT),
  /** Of this run; or the path of a file that holds it. */
  token: z.string().min(16).exactOptional(),
  tokenFile: z.string().min(1).exactOptional(),
  /** Ends when its harness has gone, or has not come within this time, ms; without it, it stays. */
  leaveAfterMs: z.number().positive().exactOptional(),
});

/** What a container is to be, as its entry is told: the one argument, or the variable BUSYHERE_ROLE, in JSON. */
export const roleSchema = z.discriminatedUnion('role', [
  z.strictObject({
    role: z.enum(['endpoint', 'gateway', 'proxy']),
    name: z.string().min(1).max(64),
    control,
  }),
]);

export type Role = z.output<typeof roleSchema>;
export type HostRole = Extract<Role, { control: unknown }>;

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
