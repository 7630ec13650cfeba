import { BusyhereError } from '../../platform/errors.js';
import type { Command } from './control-message.js';
import type { HostRole } from './role.js';

type Opening = Extract<Command, { do: 'openEndpoint' | 'openServer' }>;
type Kind = 'endpoint' | 'gateway' | 'proxy' | 'B2BUA';

/**
 * What a container of each role takes in. A case's gateway may have any name, and so sit where an endpoint would; and whether
 * its servers are proxies or B2BUAs says the run. So two roles are wide, and two for one kind alone.
 */
const ADMITTED: Readonly<Record<HostRole['role'], readonly Kind[]>> = {
  endpoint: ['endpoint', 'gateway'],
  gateway: ['gateway'],
  proxy: ['proxy', 'B2BUA'],
  b2bua: ['B2BUA'],
};

/** @throws BusyhereError `configuration` for an element that the container is not there for */
export function admit({ role, name }: Pick<HostRole, 'role' | 'name'>, opening: Opening): void {
  const kind = kindOf(opening);
  if (ADMITTED[role].includes(kind)) return;
  throw new BusyhereError(
    'configuration',
    `the container ${name} has the role ${role}, which is no place for ${withArticle(kind)}: ${opening.element}`,
    `give it the role ${rolesFor(kind).join(' or ')}`,
  );
}

function kindOf(opening: Opening): Kind {
  if (opening.do === 'openEndpoint') return opening.settings.role === 'gateway' ? 'gateway' : 'endpoint';
  return opening.settings.drachtioGuardMs === undefined ? 'proxy' : 'B2BUA';
}

function withArticle(kind: Kind): string {
  return `${kind === 'endpoint' ? 'an' : 'a'} ${kind}`;
}

function rolesFor(kind: Kind): string[] {
  return Object.entries(ADMITTED).flatMap(([role, kinds]) => (kinds.includes(kind) ? role : []));
}
