import { ENDPOINT_KINDS, type EndpointSetting } from '../endpoint/endpoint-kind.js';
import type { CaseContext } from './case-context.js';
import { describe } from './check-shape.js';
import type { ValuePath } from './mistake.js';
import type { NumberRule, Participant, ServerEntrance } from './model.js';
import { faultOfSippScenario } from './named-file.js';
import { isNumberPattern, parseReaction } from './parse-terms.js';
import type { ProfileInput } from './profile-schema.js';
import type { ParticipantInput } from './scenario-schema.js';

/** Builds the participants, those that the profile places elsewhere being there. The context must know the servers. */
export function buildParticipants(
  participants: Readonly<Record<string, ParticipantInput>>,
  profile: ProfileInput | undefined,
  profileName: string | null,
  context: CaseContext,
): Participant[] {
  const placements = profile?.participants ?? {};
  for (const name of Object.keys(placements)) {
    const path = ['profiles', profileName ?? '', 'participants', name];
    context.mustExist(name, context.participants.keys(), 'participant of the scenario', path, 'key');
  }
  return Object.entries(participants).flatMap(([name, value]) => {
    const placement = Object.hasOwn(placements, name) ? placements[name] : undefined;
    const path = ['participants', name];
    const placed = placement ? { ...value, home: placement.home, at: placement.at } : value;
    const placePath = placement ? ['profiles', profileName ?? '', 'participants', name] : path;
    const entrance = entranceOf(placed, placePath, context);
    return entrance ? [buildParticipant(name, placed, entrance, path, context)] : [];
  });
}

function entranceOf(value: ParticipantInput, path: ValuePath, context: CaseContext): ServerEntrance | undefined {
  const { home, at } = value;
  if (value.role === 'gateway' && home !== undefined) {
    context.problems.add([...path, 'home'], 'a gateway does not register; say `at` instead of `home`', 'key');
    return undefined;
  }
  if (home !== undefined && at !== undefined) {
    context.problems.add([...path, 'at'], 'expected either `home` (registers there) or `at` (sends there), not both', 'key');
    return undefined;
  }
  if (home !== undefined) return context.entrance(home, [...path, 'home']);
  if (at !== undefined) return context.entrance(at, [...path, 'at']);
  const wanted = value.role === 'gateway' ? '`at`: the server that it is connected to' : '`home` (registers there) or `at` (sends there)';
  context.problems.add(path, `missing key: expected ${wanted}`, 'key');
  return undefined;
}

function buildParticipant(
  name: string,
  value: ParticipantInput,
  entrance: ServerEntrance,
  path: ValuePath,
  context: CaseContext,
): Participant {
  const role = value.role ?? 'client';
  if (value.account === true && value.home === undefined) {
    context.problems.add([...path, 'account'], 'an account needs a `home` that it is made on');
  }
  if (role === 'client' && value.numbers !== undefined) {
    context.problems.add([...path, 'numbers'], 'only a gateway has numbers; say `role: gateway`', 'key');
  }
  const persona = value.persona ?? (role === 'client' ? 'messenger' : 'plain');
  if (persona !== 'messenger' && persona !== 'plain') {
    context.problems.add([...path, 'persona'], `expected messenger or plain, found ${describe(persona)}`);
  }
  return {
    name,
    role,
    entrance,
    account: value.home !== undefined && value.account !== false,
    persona: persona === 'messenger' ? 'messenger' : 'plain',
    numbers: Object.entries(value.numbers ?? {})
      .flatMap(([pattern, reaction]) => buildNumber(pattern, reaction, [...path, 'numbers', pattern], context))
      .sort(bySpecificity),
    address: value.address ?? null,
    ...endpointOf(value, path, context),
  };
}

function endpointOf(value: ParticipantInput, path: ValuePath, context: CaseContext): Pick<Participant, 'endpoint'> {
  const { endpoint = 'own', file, inject } = value;
  const kind = ENDPOINT_KINDS.find((known) => known === endpoint);
  if (!kind) context.mustExist(String(endpoint), ENDPOINT_KINDS, 'endpoint', [...path, 'endpoint']);
  if (file !== undefined && kind !== 'sipp') context.problems.add([...path, 'file'], 'a file goes with `endpoint: sipp`', 'key');
  if (inject !== undefined && file === undefined) {
    context.problems.add([...path, 'inject'], 'data are injected into a scenario of sipp: say `file` too', 'key');
  }
  if (!kind || value.endpoint === undefined) return {};
  const setting: EndpointSetting = {
    kind,
    ...(file === undefined ? {} : { file: context.file(String(file), [...path, 'file'], faultOfSippScenario) }),
    ...(inject === undefined ? {} : { inject: context.file(String(inject), [...path, 'inject']) }),
  };
  return { endpoint: setting };
}

function buildNumber(pattern: string, written: string, path: ValuePath, context: CaseContext): NumberRule[] {
  if (!isNumberPattern(pattern)) {
    context.problems.add(path, `expected a number, or the beginning of numbers and *, found "${pattern}"`, 'key');
    return [];
  }
  const reaction = parseReaction(String(written));
  if (reaction && (reaction.kind !== 'ring' || reaction.status === 180)) return [{ pattern, reaction }];
  context.problems.add(path, `expected ring, answer, busy, ignore or reject with a code from 300 to 699, found ${describe(written)}`);
  return [];
}

/** A whole number before a beginning, a longer beginning before a shorter one. */
function bySpecificity(one: NumberRule, other: NumberRule): number {
  const weight = ({ pattern }: NumberRule): number => (pattern.endsWith('*') ? pattern.length : 1000 + pattern.length);
  return weight(other) - weight(one);
}
