import type { Capability } from '../endpoint/capability.js';
import type { Case } from './case.js';
import type { InviteStep, Participant, Reaction, ReactStep, Step } from './model.js';

/** What a case asks of one participant's endpoint, and where. */
export interface EndpointNeed {
  readonly capability: Capability;
  /** In words that complete "the case needs it since …". */
  readonly because: string;
}

/** What the run adds to what the case asks. */
export interface RunNeeds {
  readonly engine: string;
  /** Whether the case is played at a proxy whose sockets are not ours to record. */
  readonly external: boolean;
}

/** All that a case asks of one participant's endpoint. */
export function endpointNeeds(played: Case, participant: Participant, run: RunNeeds): EndpointNeed[] {
  const { name } = participant;
  const own = played.steps.filter((step) => step.participant === name);
  return [
    ...runNeeds(played, name, run),
    ...own.flatMap((step) => stepNeeds(step)),
    ...reactionNeeds(own.filter((step): step is ReactStep => step.verb === 'react')),
    ...offerNeeds(played, name, own),
    ...personaNeeds(participant, played.steps),
  ];
}

/** What the run, and the network of the case, ask of it. */
export function runNeeds({ links }: Case, name: string, { engine, external }: RunNeeds): EndpointNeed[] {
  const needs: EndpointNeed[] = [];
  if (engine === 'memory') needs.push({ capability: 'virtual-time', because: 'the engine is memory' });
  if (engine === 'docker') needs.push({ capability: 'containers', because: 'the engine is docker' });
  if (external) needs.push({ capability: 'own-evidence', because: 'the proxy is external' });
  if (links.some(({ between }) => between.includes(name))) {
    needs.push({ capability: 'impaired-links', because: `the case has a link of ${name}'s that is worse than the network` });
  }
  return needs;
}

function stepNeeds(step: Step): EndpointNeed[] {
  switch (step.verb) {
    case 'invite': {
      const needs: EndpointNeed[] = [{ capability: 'invite', because: `it makes the call ${step.label}` }];
      if (step.action !== 'voice') needs.push({ capability: 'other-actions', because: `${step.label} is for ${step.action}` });
      if (step.at) needs.push({ capability: 'straight', because: `${step.label} goes straight to ${step.at.server}/${step.at.listener}` });
      return needs;
    }
    case 'message':
      return [{ capability: 'message', because: `it sends the message ${step.label}` }];
    case 'cancel':
      return [{ capability: 'cancel', because: `it gives ${step.label} up` }];
    case 'hangUp':
      return [{ capability: 'hang-up', because: `it ends ${step.label}` }];
    case 'react':
      return reactNeeds(step.reaction, step.label);
  }
}

function reactNeeds(reaction: Reaction, label: string): EndpointNeed[] {
  const needs: EndpointNeed[] = [];
  if (reaction.kind === 'ignore') needs.push({ capability: 'ignore', because: `it leaves ${label} without an answer` });
  if (reaction.kind !== 'ring' && reaction.kind !== 'reject') return needs;
  const usual = reaction.kind === 'ring' ? 180 : 486;
  if (reaction.status !== usual || reaction.phrase !== null) {
    const capability = reaction.kind === 'ring' ? 'other-provisionals' : 'other-rejections';
    needs.push({
      capability,
      because: `it answers ${label} with ${reaction.status}${reaction.phrase === null ? '' : ` ${reaction.phrase}`}`,
    });
  }
  if (reaction.phrase === '') needs.push({ capability: 'empty-phrases', because: `it answers ${label} without a phrase` });
  return needs;
}

function reactionNeeds(reactions: readonly ReactStep[]): EndpointNeed[] {
  const needs: EndpointNeed[] = [];
  const isFirst = (step: ReactStep): boolean => reactions.find(({ label }) => label === step.label) === step;
  const waits = ({ after, wait }: ReactStep): boolean => after.length > 0 || wait !== null;
  const later = reactions.find((step) => waits(step) || !isFirst(step));
  if (later) needs.push({ capability: 'late-reactions', because: `it does something about ${later.label} later on` });
  // Till then nothing is to be heard of it.
  const silent = reactions.find((step) => step.reaction.kind === 'ring' && waits(step) && isFirst(step));
  if (silent) needs.push({ capability: 'ignore', because: `it leaves ${silent.label} alone before it rings` });
  return needs;
}

/** Who rings at an offer, or takes it, must understand it. */
function offerNeeds({ steps }: Case, name: string, own: readonly Step[]): EndpointNeed[] {
  const reacts = own.filter((step): step is ReactStep => step.verb === 'react' && ['ring', 'answer'].includes(step.reaction.kind));
  const invites = steps.filter((step): step is InviteStep => step.verb === 'invite' && step.participant !== name);
  const other = invites.find(({ label, action }) => action !== 'voice' && reacts.some((step) => step.label === label));
  return other ? [{ capability: 'other-offers', because: `${other.label} is for ${other.action}` }] : [];
}

function personaNeeds({ name, role, persona, numbers }: Participant, steps: readonly Step[]): EndpointNeed[] {
  if (role === 'gateway') {
    const called = steps.find((step) => step.verb === 'invite' && (step.target.kind !== 'participant' || step.target.name === name));
    return called && numbers.length > 0 ? [{ capability: 'numbers', because: `it is a gateway, and ${called.label} may be for it` }] : [];
  }
  const needs: EndpointNeed[] = [{ capability: persona, because: `its persona is ${persona}` }];
  const answer = persona === 'plain' ? answerBeside(name, steps) : undefined;
  if (answer !== undefined) needs.push({ capability: 'answer-beside', because: `it answers ${answer}, and has another call to see to` });
  return needs;
}

/** The attempt that it answers while it has another one; a persona with one session at a time never has. */
function answerBeside(name: string, steps: readonly Step[]): string | undefined {
  const own = steps.filter((step): step is ReactStep => step.verb === 'react' && step.participant === name);
  if (new Set(own.map(({ label }) => label)).size < 2) return undefined;
  return own.find(({ reaction }) => reaction.kind === 'answer')?.label;
}
