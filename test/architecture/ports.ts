import ts from 'typescript';
import { importsOf, lineOf, type SourceFile, walk } from './source';

/** What a file may ask of the system itself. */
export type Port = 'timer' | 'time' | 'random' | 'socket' | 'process';

export interface Allowance {
  /** A file, or a folder with its slash. */
  readonly path: string;
  readonly ports: readonly Port[] | 'all';
  readonly reason: string;
}

const GLOBALS: Readonly<Record<string, Port>> = {
  setTimeout: 'timer',
  setInterval: 'timer',
  setImmediate: 'timer',
  performance: 'time',
  process: 'process',
  crypto: 'random',
};

const MEMBERS: Readonly<Record<string, Port>> = {
  'Math.random': 'random',
  'Date.now': 'time',
  'AbortSignal.timeout': 'timer',
  'globalThis.setTimeout': 'timer',
  'globalThis.process': 'process',
};

const MODULES: Readonly<Record<string, Port>> = {
  timers: 'timer',
  'timers/promises': 'timer',
  perf_hooks: 'time',
  dgram: 'socket',
  net: 'socket',
  tls: 'socket',
  http: 'socket',
  process: 'process',
  child_process: 'process',
};

/** Functions of node:crypto that draw; the rest of it computes. */
const DRAWS: ReadonlySet<string> = new Set(['randomBytes', 'randomInt', 'randomUUID', 'randomFillSync', 'randomFill', 'webcrypto']);

/** Functions of the modules above that open nothing and only compute. */
const PURE: ReadonlySet<string> = new Set(['isIP', 'isIPv4', 'isIPv6', 'BlockList', 'SocketAddress']);

/** Uses of the machine's own time, randomness, sockets and process in a file, one sentence each. */
export function systemUses(file: SourceFile): { port: Port; text: string }[] {
  const uses = moduleUses(file);
  walk(file.tree, (node) => {
    const use = useAt(node);
    if (use) uses.push({ port: use[0], text: `${file.path}:${lineOf(file, node)} uses ${use[1]}` });
  });
  return uses;
}

/** The uses that no allowance covers. */
export function forbiddenUses(file: SourceFile, allowances: readonly Allowance[]): string[] {
  const mine = allowances.filter(({ path }) => covers(path, file.path));
  return systemUses(file)
    .filter(({ port }) => !mine.some(({ ports }) => ports === 'all' || ports.includes(port)))
    .map(({ text }) => text);
}

export function covers(allowed: string, path: string): boolean {
  return allowed.endsWith('/') ? path.startsWith(allowed) : path === allowed;
}

function moduleUses(file: SourceFile): { port: Port; text: string }[] {
  return importsOf(file).flatMap(({ specifier, kind, line }) => {
    const name = specifier.replace(/^node:/, '');
    const port = name === 'crypto' ? drawsFromCrypto(file) : MODULES[name];
    if (!port || kind === 'type' || (kind === 'static' && name !== 'crypto' && importsOnlyPure(file, specifier))) return [];
    return [{ port, text: `${file.path}:${line} imports ${specifier}` }];
  });
}

function drawsFromCrypto(file: SourceFile): Port | undefined {
  let draws = false;
  walk(file.tree, (node) => {
    if (ts.isIdentifier(node) && DRAWS.has(node.text)) draws = true;
  });
  return draws ? 'random' : undefined;
}

function importsOnlyPure(file: SourceFile, specifier: string): boolean {
  const declarations = file.tree.statements.filter(ts.isImportDeclaration).filter(({ moduleSpecifier }) => {
    return ts.isStringLiteral(moduleSpecifier) && moduleSpecifier.text === specifier;
  });
  return (
    declarations.length > 0 &&
    declarations.every(({ importClause: clause }) => {
      const named = clause?.namedBindings;
      return !clause?.name && named !== undefined && ts.isNamedImports(named) && named.elements.every(isPure);
    })
  );
}

function isPure(element: ts.ImportSpecifier): boolean {
  return element.isTypeOnly || PURE.has((element.propertyName ?? element.name).text);
}

function useAt(node: ts.Node): [Port, string] | undefined {
  if (ts.isPropertyAccessExpression(node)) {
    const port = MEMBERS[node.getText().replace('?.', '.')];
    return port && [port, node.getText()];
  }
  // `new Date(stamp)` only converts a number; without arguments, or called, it asks the machine for the time.
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length) return ['time', 'new Date()'];
  if (ts.isCallExpression(node) && node.expression.getText() === 'Date') return ['time', 'Date()'];
  if (!ts.isIdentifier(node) || !Object.hasOwn(GLOBALS, node.text) || !isReference(node)) return undefined;
  return [GLOBALS[node.text] as Port, node.text];
}

/** Whether a name stands for a value of the outside, and not for a member, a key, a parameter or a type of that name. */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) || ts.isQualifiedName(parent)) {
    return ts.isPropertyAccessExpression(parent) && parent.expression === node;
  }
  if (ts.isTypeReferenceNode(parent) || ts.isTypeQueryNode(parent)) return false;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
  const declares = ts.isPropertySignature(parent) || ts.isMethodSignature(parent) || ts.isMethodDeclaration(parent);
  return !(declares || ts.isPropertyDeclaration(parent) || ts.isParameter(parent) || ts.isImportSpecifier(parent));
}
