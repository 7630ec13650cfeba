import type { ValuePath } from './mistake.js';
import type { Range } from './source-text.js';

/** A node as Babel's parser makes it (the ESTree of TypeScript, with its own kinds of literals). */
export interface SyntaxNode {
  readonly type: string;
  /** Offsets in the text. */
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/** A whole module. */
export type SyntaxTree = SyntaxNode;

/** Where a value stands in a module. */
export interface Found {
  readonly range: Range;
  /** false: the value is computed, and the range is that of the nearest thing around it that is written down. */
  readonly exact: boolean;
}

/**
 * Finds a value of a scenario in the module that defines it.
 *
 * @param definition the expression that is the scenario, or hands it to a function of ours
 * @param at `key` for the place of its key
 */
export function findValue(tree: SyntaxTree, definition: SyntaxNode, path: ValuePath, at: 'key' | 'value'): Found {
  const names = new Names(tree);
  let range = headOf(definition, names);
  let node = names.follow(definition);
  for (const [depth, step] of path.entries()) {
    const member = memberOf(node, step, names);
    if (!member) return { range, exact: false };
    range = rangeOf(at === 'key' && depth === path.length - 1 ? (member.key ?? member.value) : member.value);
    node = names.follow(member.value);
  }
  return { range, exact: true };
}

function rangeOf({ start, end }: SyntaxNode): Range {
  return [start, end];
}

/** What stands for the scenario as a whole: the name of the function that is called, wherever that is. */
function headOf(exported: SyntaxNode, names: Names): Range {
  const call = names.follow(exported, 'calls');
  return call.type === 'CallExpression' ? rangeOf(call.callee as SyntaxNode) : [call.start, call.start + 1];
}

/** What a module exports by default; undefined where it does not show. */
export function exportedValue({ body }: SyntaxTree): SyntaxNode | undefined {
  for (const statement of body as SyntaxNode[]) {
    if (statement.type === 'ExportDefaultDeclaration') return statement.declaration as SyntaxNode;
    if (statement.type === 'TSExportAssignment') return statement.expression as SyntaxNode;
    const { expression } = statement as { expression?: SyntaxNode };
    if (statement.type !== 'ExpressionStatement' || expression?.type !== 'AssignmentExpression') continue;
    const { left, right } = expression as unknown as { left: SyntaxNode; right: SyntaxNode };
    const target = left.type === 'MemberExpression' ? `${nameOf(left.object)}.${nameOf(left.property)}` : '';
    if (target === 'module.exports' || target === 'exports.default') return right;
  }
  return undefined;
}

const WRAPPERS = new Set(['TSAsExpression', 'TSSatisfiesExpression', 'TSNonNullExpression', 'TSTypeAssertion', 'ParenthesizedExpression']);

/** The constants of a module, of whatever scope; a name that is given twice stands for nothing. */
class Names {
  readonly #values = new Map<string, SyntaxNode | undefined>();

  constructor(tree: SyntaxTree) {
    this.#collect(tree);
  }

  #collect(node: SyntaxNode): void {
    if (node.type === 'VariableDeclarator') {
      const [name, value] = [nameOf(node.id), node.init as SyntaxNode | null];
      this.#values.set(name, this.#values.has(name) ? undefined : (value ?? undefined));
    }
    for (const value of Object.values(node).flat()) if (isNode(value)) this.#collect(value);
  }

  /** The expression itself: without types, the value of a constant, what is handed to `defineScenario` unless `calls` are kept. */
  follow(node: SyntaxNode, calls?: 'calls'): SyntaxNode {
    let current = node;
    for (const seen = new Set<SyntaxNode>(); !seen.has(current); ) {
      seen.add(current);
      if (WRAPPERS.has(current.type)) current = current.expression as SyntaxNode;
      else if (current.type === 'Identifier') current = this.#values.get(nameOf(current)) ?? current;
      else if (current.type === 'CallExpression' && calls === undefined) current = definedBy(current) ?? current;
    }
    return current;
  }
}

function definedBy({ callee, arguments: given }: SyntaxNode): SyntaxNode | undefined {
  const called = callee as SyntaxNode;
  const name = nameOf(called.type === 'MemberExpression' ? called.property : called);
  return TAKERS.has(name) ? (given as SyntaxNode[])[0] : undefined;
}

/** The call by which a scenario is handed to a function of ours, beginning in a range; undefined where there is none. */
export function callIn(node: SyntaxNode, range: Range): SyntaxNode | undefined {
  if (node.end < range[0] || node.start > range[1]) return undefined;
  const begins = (node.callee as SyntaxNode | undefined)?.end ?? -1;
  if (node.type === 'CallExpression' && begins >= range[0] && begins <= range[1] && definedBy(node)) return node;
  for (const value of Object.values(node).flat()) {
    const found = isNode(value) ? callIn(value, range) : undefined;
    if (found) return found;
  }
  return undefined;
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

/** Functions of ours that take a scenario first. */
const TAKERS = new Set(['defineScenario', 'runScenario', 'loadScenario']);

interface Member {
  readonly key?: SyntaxNode;
  readonly value: SyntaxNode;
}

/** An entry of an object or a list; undefined where what is written does not show it. */
function memberOf(node: SyntaxNode, step: string | number, names: Names): Member | undefined {
  if (node.type === 'ArrayExpression') return elementOf(node, Number(step), names);
  if (node.type !== 'ObjectExpression') return undefined;
  // What comes later wins.
  for (const property of [...(node.properties as SyntaxNode[])].reverse()) {
    if (property.type === 'SpreadElement') {
      const spread = names.follow(property.argument as SyntaxNode);
      const inner = memberOf(spread, step, names);
      if (inner) return inner;
      if (spread.type !== 'ObjectExpression') return undefined;
    } else if (property.computed === true) return undefined;
    else if (nameOf(property.key) === String(step)) {
      return { key: property.key as SyntaxNode, value: (property.value ?? property.key) as SyntaxNode };
    }
  }
  return undefined;
}

function elementOf(node: SyntaxNode, index: number, names: Names): Member | undefined {
  let left = index;
  for (const element of node.elements as (SyntaxNode | null)[]) {
    if (element?.type === 'SpreadElement') {
      const spread = names.follow(element.argument as SyntaxNode);
      if (spread.type !== 'ArrayExpression') return undefined;
      const { length } = spread.elements as unknown[];
      if (left < length) return elementOf(spread, left, names);
      left -= length;
    } else if (left-- === 0) return element ? { value: element } : undefined;
  }
  return undefined;
}

/** The name of an identifier, or the text of a literal that stands for one. */
function nameOf(node: unknown): string {
  const { name, value } = (node ?? {}) as { name?: unknown; value?: unknown };
  return String(name ?? value ?? '');
}
