import { CAPABILITIES, type Capability } from '../endpoint/capability.js';
import { type EndpointKind, traitsOf } from '../endpoint/endpoint-kind.js';
import { findProgram } from '../endpoint/program/find-program.js';
import { howToGet } from '../endpoint/program/program-path.js';
import { BusyhereError } from '../platform/errors.js';
import type { Case } from './case.js';
import { endpointNeeds, type RunNeeds, runNeeds } from './endpoint-needs.js';
import type { Participant } from './model.js';
import { didYouMean } from './nearest.js';
import type { RunOptions } from './run-options.js';

/** Which endpoints a run has in place of those that its scenarios name. */
export interface EndpointChoices {
  /** For all participants. */
  readonly everybody?: EndpointKind;
  /** By participant; goes before what is for all. */
  readonly participants?: Readonly<Record<string, EndpointKind>>;
}

/**
 * Gives every participant the endpoint that it is to have. A case that asks for more than the chosen endpoint can do is
 * skipped, and so is one that needs a program which this machine does not have.
 *
 * @throws BusyhereError `configuration` where a scenario asks of the endpoint that it names itself what it cannot do, or
 *   where what was chosen for one participant can play no case at all, `environment` where what was chosen for one
 *   participant needs a program that is not there, `usage` for a participant that no case has
 */
export function chooseEndpoints(cases: readonly Case[], choices: EndpointChoices, run: RunNeeds): Case[] {
  mustExist(Object.keys(choices.participants ?? {}), cases);
  const cast = cases.map((played) => withEndpoints(played, choices, run));
  const [first] = cast;
  if (first?.barred === 'by name' && cast.every(({ barred }) => barred === 'by name')) throw refusal(first.cast.id, first.cast.skip ?? '');
  return cast.map(({ cast }) => cast);
}

/**
 * The cases with the endpoints that a run gives them; those that it leaves out say why.
 * @throws BusyhereError as {@link chooseEndpoints} does
 */
export function castFor(
  cases: readonly Case[],
  { engine, external, endpoints = {} }: Pick<RunOptions, 'engine' | 'external' | 'endpoints'>,
): Case[] {
  return chooseEndpoints(cases, endpoints, { engine, external: external !== undefined });
}

/** A case with its endpoints. */
interface Cast {
  readonly cast: Case;
  /** Whether it is skipped for what was chosen for one participant by name, or for what all have. */
  readonly barred?: 'by name' | 'with all';
}

const OTHERWISE = 'choose another endpoint for it, or other cases by -g and -G';

function refusal(id: string, reason: string, hint = OTHERWISE): BusyhereError {
  return new BusyhereError('configuration', `${id}: ${reason}`, hint);
}

function mustExist(chosen: readonly string[], cases: readonly Case[]): void {
  const known = new Set(cases.flatMap(({ participants }) => participants.map(({ name }) => name)));
  const stranger = chosen.find((name) => !known.has(name));
  if (stranger === undefined || cases.length === 0) return;
  const others = didYouMean(stranger, known) || `; they have ${[...known].join(', ')}`;
  throw new BusyhereError('usage', `--endpoint: no case has a participant "${stranger}"${others}`);
}

function withEndpoints(played: Case, choices: EndpointChoices, run: RunNeeds): Cast {
  const participants = played.participants.map((one) => withEndpoint(one, choices));
  const cast = { ...played, participants: participants.map((one) => withStatuses(one, played)) };
  for (const participant of cast.participants) {
    const lack = lackOf(cast, participant, run);
    const chosen = chosenFor(participant, choices);
    if (lack && chosen && !lack.ofRun) return { cast: { ...cast, skip: lack.text }, barred: chosen };
    if (lack) throw refusal(played.id, lack.text, lack.hint);
    const absent = absentProgram(participant);
    if (absent && chosen === 'by name') throw new BusyhereError('environment', absent.text, absent.hint);
    if (absent) return { cast: { ...cast, skip: `${absent.text}; ${absent.hint}` }, barred: 'with all' };
  }
  return { cast };
}

/** The program that the participant's endpoint needs, where this machine does not have it. */
function absentProgram({ name, endpoint }: Participant): { text: string; hint: string } | undefined {
  const program = endpoint && traitsOf(endpoint.kind).program;
  if (!program || findProgram(program.name) !== undefined) return undefined;
  return { text: `${name} is ${endpoint.kind}, and this machine has no ${program.name}`, hint: howToGet(program.debianPackage) };
}

function withEndpoint(participant: Participant, { everybody, participants = {} }: EndpointChoices): Participant {
  const { name, endpoint } = participant;
  const own = Object.hasOwn(participants, name) ? participants[name] : undefined;
  const kind = own ?? everybody;
  return kind === undefined || kind === endpoint?.kind ? participant : { ...participant, endpoint: { kind } };
}

/** Some endpoints must know beforehand what they may be told to answer with. */
function withStatuses(participant: Participant, { steps }: Case): Participant {
  if (!participant.endpoint) return participant;
  const statuses = steps.flatMap((step) => {
    if (step.verb !== 'react' || step.participant !== participant.name) return [];
    return 'status' in step.reaction ? [step.reaction.status] : [];
  });
  return { ...participant, endpoint: { ...participant.endpoint, statuses } };
}

/** How the command line chose the participant's endpoint; undefined where the scenario did. */
function chosenFor({ name, endpoint }: Participant, { everybody, participants = {} }: EndpointChoices): Cast['barred'] {
  if (Object.hasOwn(participants, name)) return endpoint?.kind === participants[name] ? 'by name' : undefined;
  return endpoint?.kind === everybody ? 'with all' : undefined;
}

/** Why an endpoint cannot play a case. */
interface Lack {
  readonly text: string;
  /** It could play none: the run itself asks for what it cannot do. */
  readonly ofRun: boolean;
  readonly hint?: string;
}

/** Why a participant's endpoint cannot play the case; undefined where it can. */
function lackOf(played: Case, participant: Participant, run: RunNeeds): Lack | undefined {
  const { name, endpoint } = participant;
  if (!endpoint || endpoint.kind === 'own') return undefined;
  const { capabilities } = traitsOf(endpoint.kind);
  const needs = endpoint.file === undefined ? endpointNeeds(played, participant, run) : runNeeds(played, name, run);
  const need = needs.find(({ capability }) => !capabilities.has(capability));
  if (!need) return endpoint.file === undefined ? undefined : orderTo(played, name, endpoint.file);
  const text = `${name} is ${endpoint.kind}, which never ${CAPABILITIES[need.capability]}; ${need.because}`;
  return { text, ofRun: NEEDS_OF_RUNS.has(need.capability) };
}

/** What the engine or the proxy of a run asks of every endpoint. */
const NEEDS_OF_RUNS: ReadonlySet<Capability> = new Set(['virtual-time', 'containers', 'own-evidence']);

/** A scenario of the user's begins its calls when the script says so, and takes no other orders. */
function orderTo({ steps }: Case, name: string, file: string): Lack | undefined {
  const step = steps.find(({ participant, verb }) => participant === name && verb !== 'invite');
  if (!step) return undefined;
  const text = `${name} does what ${file} says, and takes no orders of the script: it is told to ${step.verb}`;
  return { text, ofRun: true, hint: 'leave that step out, or the file, and have busyhere write the scenario for sipp' };
}
