import { BusyhereError } from '../platform/errors.js';
import type { EndpointChoices } from '../scenario/choose-endpoints.js';
import type { EndpointChoice } from './flag-values.js';

/** What the flags say of endpoints, all together. @throws BusyhereError `usage` where two of them contradict each other */
export function endpointChoices(written: readonly EndpointChoice[] = []): EndpointChoices {
  const chosen = new Map<string | null, EndpointChoice['kind']>();
  for (const { participant, kind } of written) {
    const other = chosen.get(participant);
    if (other !== undefined && other !== kind) {
      const whom = participant === null ? 'all' : participant;
      throw new BusyhereError('usage', `--endpoint: both ${other} and ${kind} for ${whom}`);
    }
    chosen.set(participant, kind);
  }
  const everybody = chosen.get(null);
  chosen.delete(null);
  const participants = Object.fromEntries([...chosen].map(([name, kind]) => [name ?? '', kind]));
  return { ...(everybody === undefined ? {} : { everybody }), participants };
}
