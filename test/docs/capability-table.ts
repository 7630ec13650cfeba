import { CAPABILITIES, type Capability } from '../../harness/endpoint/capability';
import { ENDPOINT_KINDS, traitsOf } from '../../harness/endpoint/endpoint-kind';

const OTHERS = ENDPOINT_KINDS.filter((kind) => kind !== 'own');

const BEGIN = '<!-- generated: what each endpoint can do -->\n';
const END = '\n<!-- end of what is generated -->';

/** The page with its table of what each endpoint can do as the code has it. */
export function withCapabilityTable(page: string): string {
  const [before, rest] = [page.slice(0, page.indexOf(BEGIN) + BEGIN.length), page.slice(page.indexOf(END))];
  return `${before}${capabilityTable()}${rest}`;
}

function capabilityTable(): string {
  const rows = (Object.keys(CAPABILITIES) as Capability[]).map((capability) => [
    CAPABILITIES[capability],
    ...OTHERS.map((kind) => (traitsOf(kind).capabilities.has(capability) ? 'yes' : '–')),
  ]);
  const head = [
    ['it …', ...OTHERS],
    ['---', ...OTHERS.map(() => '---')],
  ];
  return [...head, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
