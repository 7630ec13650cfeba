import type { Endpoint, EndpointOptions } from '../endpoint/endpoint.js';
import type { Persona } from '../endpoint/persona.js';
import { SipjsEndpoint } from '../endpoint/sipjs-udp/sipjs-endpoint.js';
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

/** Whichever endpoint the participant is to have. */
export const makeChosenEndpoint: MakeEndpoint = ({ participant, options, persona }) => {
  switch (participant.endpoint?.kind) {
    case 'sipjs-udp':
      return new SipjsEndpoint(options, persona);
    default:
      return new UserAgent(options, persona);
  }
};
