import { z } from 'zod';
import { BusyhereError } from '../../platform/errors.js';

/** Where every container listens for its harness, on its address in the lab's network. */
export const CONTROL_PORT = 7060;

/** Neither this host (0, RFC 1122 §3.2.1.3), nor loopback (127), nor multicast and what is above. */
function isOfNetwork(address: string): boolean {
  const first = Number(address.split('.')[0]);
  return first !== 0 && first !== 127 && first < 224;
}

/** Containers that somebody else has made, Compose as a rule, as their harness is told of them. */
export const standingLabSchema = z.strictObject({
  hosts: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(64),
        kind: z.enum(['server', 'participant']),
        address: z.ipv4().refine(isOfNetwork, {
          error: ({ input }) =>
            `${input} is no address that a container can have: BUSYHERE_NETWORK gives the first three numbers of a private network that is free here, 10.84.34`,
        }),
      }),
    )
    .min(2)
    .max(64),
  controlPort: z.int().min(1).max(65_535).default(CONTROL_PORT),
  /** The folder where every host leaves its token, as NAME.token. */
  tokens: z.string().min(1),
  /** The folder where the program beside every host writes its capture, into a pipe of the host's name. */
  captures: z.string().min(1),
  /** The folder where captures are kept, as NAME.pcap; not kept unless given. */
  keep: z.string().min(1).exactOptional(),
});

export type StandingLab = z.output<typeof standingLabSchema>;

/** @throws BusyhereError `configuration` */
export function readStandingLab(text: string): StandingLab {
  try {
    return standingLabSchema.parse(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
    throw new BusyhereError('configuration', `what is said of the containers cannot be understood: ${why}`, undefined, { cause });
  }
}
