import { Gateway } from '../endpoint/gateway.js';
import { Messenger } from '../endpoint/messenger/messenger.js';
import { NumberTable } from '../endpoint/number-table.js';
import type { Persona } from '../endpoint/persona.js';
import { Telephone } from '../endpoint/telephone.js';
import type { Participant, Reaction } from './topology.js';

/** The manners of a participant. */
export function personaOf({ role, persona, numbers }: Pick<Participant, 'role' | 'persona' | 'numbers'>): Persona {
  if (role === 'gateway')
    return new Gateway(new NumberTable(Object.fromEntries(numbers.map(({ pattern, reaction }) => [pattern, behaviour(reaction)]))));
  return persona === 'messenger' ? new Messenger() : new Telephone();
}

function behaviour(reaction: Reaction): 'answer' | 'ring' | 'ignore' | number {
  return reaction.kind === 'reject' ? reaction.status : reaction.kind;
}
