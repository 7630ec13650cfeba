import type { Endpoint, EndpointOptions } from '../endpoint/endpoint.js';
import type { Persona } from '../endpoint/persona.js';
import { UserAgent } from '../endpoint/user-agent.js';
import type { Participant } from './topology.js';

/** What a lab says of a participant whose endpoint is to be made. */
export interface EndpointPlan {
  readonly participant: Participant;
  readonly options: EndpointOptions;
  readonly persona: Persona;
}

/** Makes the endpoint of one participant, without starting it. */
export type MakeEndpoint = (plan: EndpointPlan) => Endpoint;

/** The user agent of busyhere itself. */
export const makeOwnEndpoint: MakeEndpoint = ({ options, persona }) => new UserAgent(options, persona);
