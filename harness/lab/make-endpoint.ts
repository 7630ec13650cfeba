import { BaresipEndpoint } from '../endpoint/baresip/baresip-endpoint.js';
import type { Endpoint, EndpointOptions } from '../endpoint/endpoint.js';
import type { Persona } from '../endpoint/persona.js';
import type { ProgramOutputs } from '../endpoint/program/program-outputs.js';
import { SipjsEndpoint } from '../endpoint/sipjs-udp/sipjs-endpoint.js';
import { SippEndpoint } from '../endpoint/sipp/sipp-endpoint.js';
import { SippFileEndpoint } from '../endpoint/sipp/sipp-file-endpoint.js';
import { UserAgent } from '../endpoint/user-agent.js';
import type { Participant } from './topology.js';

/** What a lab says of a participant whose endpoint is to be made. */
export interface EndpointPlan {
  readonly participant: Participant;
  readonly options: EndpointOptions;
  readonly persona: Persona;
  /** For the files of child processes. */
  readonly outputs: ProgramOutputs;
}

/** Makes the endpoint of one participant, without starting it. */
export type MakeEndpoint = (plan: EndpointPlan) => Endpoint;

/** Whichever endpoint the participant is to have. */
export const makeChosenEndpoint: MakeEndpoint = ({ participant, options, persona, outputs }) => {
  const { kind, file, inject = null } = participant.endpoint ?? {};
  switch (kind) {
    case 'sipp':
      if (file !== undefined) return new SippFileEndpoint({ ...options, outputs, file, inject }, persona);
      return new SippEndpoint({ ...options, outputs, statuses: statusesOf(participant) }, persona);
    case 'baresip':
      return new BaresipEndpoint({ ...options, outputs }, persona);
    case 'sipjs-udp':
      return new SipjsEndpoint(options, persona);
    default:
      return new UserAgent(options, persona);
  }
};

/** The codes that the script, and the numbers of a gateway, have it answer with. */
function statusesOf({ endpoint, numbers }: Participant): number[] {
  const rejected = numbers.flatMap(({ reaction }) => (reaction.kind === 'reject' ? [reaction.status] : []));
  return [...(endpoint?.statuses ?? []), ...rejected];
}
