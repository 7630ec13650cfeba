import { stringify } from 'yaml';

/** As much of JSON Schema as ours uses. */
export interface SchemaNode {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
}

const INTRODUCTION = `# The scenario format

A scenario says who calls whom over which servers, what varies from case to case, and what must be observed. It is a YAML
file, or a module \`*.scenario.ts\` (or \`.js\`, \`.mjs\`, \`.cjs\` …) whose default export has the same keys:

\`\`\`ts
import { defineScenario } from 'busyhere';

export default defineScenario({
  name: 'A busy callee',
  servers: { home: { domain: 'lab.example' } },
  participants: { bob: { home: 'home' }, carol: { home: 'home' } },
  script: [{ carol: { invite: 'bob', as: 'call' } }, { bob: { on: 'call', do: 'reject 486' } }],
  expect: { call: [{ observed: 486 }] },
});
\`\`\`

TypeScript is run on every supported version of Node, in projects of either kind of modules; its types are left to your editor
and compiler. Files beside it are imported with or without an ending, and \`busyhere\` is found even where npx has put it elsewhere.

This page is generated from the schema that the program checks with; a test keeps it fresh. The schema itself is shipped as
\`busyhere/schema.json\`, and \`busyhere init\` writes it beside the scenarios. With a line at the top of a file that says where it
is, from the file on, editors with a YAML language server complete and check it:

\`\`\`yaml
# yaml-language-server: $schema=.busyhere.schema.json                              # as init writes it
# yaml-language-server: $schema=../node_modules/busyhere/dist/schema.json          # where the package is installed
\`\`\`
`;

const RULES = `## Rules that hold everywhere

- **Mistakes** are told all at once, each with file, line and column, the line itself with a caret, what was expected, and the
  nearest known name; in TypeScript too, where a value that is computed is named by its path (\`expect.second[0].observed\`).
- **Names** begin with a letter and go on with letters, digits, \`-\` and \`_\`. Servers and participants share one space of names.
- **\`$axis\`** in any text of \`servers\`, \`participants\`, \`script\` and \`expect\` stands for the value that the axis has in the
  case at hand; \`$$\` is a dollar sign. A text that is nothing but \`$axis\` takes on the value itself, so a number stays one.
- **Times** are \`500ms\`, \`2s\`, or multiples of the SIP timer T1 of the run: \`64T1\`.
- **Numbers to call** need quotes: \`"+15550100"\`. Without them YAML reads a sum and drops the plus.
- **A case's id** is \`folder/file[axis=value,…]\`, from the nearest folder named \`scenarios\` on. Folders named \`profiles\` hold
  no scenarios.
- **Steps** without \`after\` are taken at once, in their order; several steps for one attempt are taken one after the other.
`;

/**
 * Writes the reference page of the format.
 *
 * @param schema the JSON Schema of scenario files
 * @param example a whole scenario file
 */
export function formatReference(schema: SchemaNode, example: string): string {
  const keys = Object.entries(schema.properties ?? {}).filter(([key]) => key !== '$schema');
  const sections = keys.map(([key, node]) => section(key, node, schema.required?.includes(key) ?? false));
  return [INTRODUCTION, `## A whole scenario\n\n\`\`\`yaml\n${example.trim()}\n\`\`\`\n`, RULES, ...sections].join('\n');
}

function section(key: string, node: SchemaNode, required: boolean): string {
  const lines = [`## \`${key}\``, '', `${node.description ?? ''}${required ? ' Required.' : ''}`, '', ...example(key, node)];
  const rows = rowsBelow(node, key).filter((one) => !one.startsWith(`| \`${SAME_AS_SERVERS}.`));
  if (rows.length === 0) return [...lines, ''].join('\n');
  const table = ['', '| key | value | meaning | example |', '|---|---|---|---|', ...rows, ''];
  const note = key === 'profiles' ? [`The keys of \`${SAME_AS_SERVERS}\` are those of \`servers.*\`.`, ''] : [];
  return [...lines, ...table, ...note, ...alternatives(node)].join('\n');
}

/** Written down once. */
const SAME_AS_SERVERS = 'profiles.*.servers.*';

/** The kinds of things that a list may hold, each with an example: the steps of a script. */
function alternatives({ items }: SchemaNode): string[] {
  const others = items?.additionalProperties;
  const kinds = typeof others === 'object' ? (others.anyOf ?? []) : [];
  return kinds.flatMap((kind) => {
    const shown = kind.examples?.map((one) => `- ${flow(one).replace(/^\{ /, '').replace(/ \}$/, '')}`) ?? [];
    return [kind.description ?? '', '', '```yaml', ...shown, '```', ''];
  });
}

function example(key: string, { examples }: SchemaNode): string[] {
  const [first] = examples ?? [];
  return first === undefined ? [] : ['```yaml', stringify({ [key]: first }, { flowCollectionPadding: true, lineWidth: 120 }).trim(), '```'];
}

/** A line of the table for every key below a node. */
function rowsBelow(node: SchemaNode, path: string): string[] {
  const own = Object.entries(node.properties ?? {}).flatMap(([key, value]) => {
    const inner = `${path}.${key}`;
    return [row(inner, value, node.required?.includes(key) ?? false), ...rowsBelow(value, inner)];
  });
  const { additionalProperties: others } = node;
  const open = typeof others === 'object' ? openRows(others, `${path}.*`) : [];
  const items = node.items ? rowsBelow(node.items, `${path}[]`) : [];
  const options = (node.anyOf ?? []).flatMap((option) => rowsBelow(option, path));
  return [...new Set([...own, ...open, ...items, ...options])];
}

/** Keys that people name themselves. */
function openRows(node: SchemaNode, path: string): string[] {
  return [...(node.description === undefined ? [] : [row(path, node, false)]), ...rowsBelow(node, path)];
}

function row(path: string, node: SchemaNode, required: boolean): string {
  const [first] = node.examples ?? [];
  const shown = first === undefined ? '' : `\`${flow(first)}\``;
  const cells = [`\`${path}\``, typeOf(node), `${node.description ?? ''}${required ? ' Required.' : ''}`, shown];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function flow(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim();
}

/** What may stand there, in a few words. */
function typeOf(node: SchemaNode): string {
  if (node.anyOf) return [...new Set(node.anyOf.map(typeOf))].join(' or ');
  if (node.enum) return node.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (node.const !== undefined) return `\`${String(node.const)}\``;
  if (node.pattern?.startsWith('^\\$')) return '`$axis`';
  if (node.pattern?.startsWith('^reject ')) return '`reject CODE [PHRASE]`';
  const type = [node.type ?? ''].flat();
  const words: Record<string, string> = {
    string: 'text',
    boolean: 'true or false',
    integer: integerWords(node),
    number: 'number',
    null: 'null',
    object: 'keys',
    array: 'list',
  };
  return type.map((one) => words[one] ?? one).join(' or ');
}

function integerWords({ minimum, maximum }: SchemaNode): string {
  return minimum !== undefined && maximum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? `${minimum} to ${maximum}` : 'number';
}
