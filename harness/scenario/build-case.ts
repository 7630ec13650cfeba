import { buildExpectations } from './build-expectations.js';
import { buildLinks } from './build-links.js';
import { buildParticipants } from './build-participants.js';
import { buildServer, draftServers } from './build-servers.js';
import { buildSteps } from './build-steps.js';
import { type Case, caseId, type Variant } from './case.js';
import { CaseContext } from './case-context.js';
import type { Problems } from './mistake.js';
import { parseDuration, parseRate } from './parse-terms.js';
import type { ProfilesInput } from './profile-schema.js';
import type { ScenarioInput } from './scenario-schema.js';
import { substitute } from './substitute.js';

/** A scenario whose shape is right, its profiles at hand. */
export interface ScenarioDraft {
  readonly id: string;
  readonly file: string | null;
  /** Where the files that it names are looked for. */
  readonly directory: string;
  readonly input: ScenarioInput;
  readonly profiles: ProfilesInput;
}

/** Builds one case. What it gives is complete only if no problem was added. */
export function buildCase({ id, file, directory, input, profiles }: ScenarioDraft, variant: Variant, problems: Problems): Case {
  const context = new CaseContext(problems, directory);
  const trust = variant.trust === undefined ? null : String(variant.trust);
  const profile = trust !== null && Object.hasOwn(profiles, trust) ? profiles[trust] : undefined;
  const written = (['servers', 'participants', 'script', 'expect'] as const).map((key) => substitute(input[key], variant, problems, [key]));
  const [servers, participants, script, expect] = written as [
    ScenarioInput['servers'],
    ScenarioInput['participants'],
    ScenarioInput['script'],
    ScenarioInput['expect'],
  ];
  for (const [name, { role }] of Object.entries(participants)) context.participants.set(name, role ?? 'client');
  const drafts = draftServers(servers, profile, trust, context);
  const placed = buildParticipants(participants, profile, trust, context);
  const steps = buildSteps(script, placed, context);
  const links = substitute(input.links ?? {}, variant, problems, ['links']);
  return {
    id: caseId(id, variant),
    scenario: id,
    title: input.name,
    reference: input.reference ?? null,
    file,
    variant,
    trust,
    servers: drafts.map((draft) => buildServer(draft, context)),
    participants: placed,
    links: buildLinks(links, context),
    steps,
    expectations: buildExpectations(expect, variant, steps, context),
    load: input.load === undefined ? null : parseRate(input.load),
    horizon: input.horizon === undefined ? null : (parseDuration(input.horizon) ?? null),
  };
}
