import { type Import, importedPath, importsOf, type SourceFile } from './source';

/** The rooms of the house from the roof to the cellar: a room may import rooms further down, never up. */
export const ROOMS = [
  'cli',
  'jest',
  'report',
  'scenario',
  'load',
  'testcontainers',
  'lab',
  'diagnosis',
  'trace',
  'endpoint',
  'proxy',
  'drachtio',
  'trust',
  'transaction',
  'sip',
  'platform',
] as const;

/** Three ways to take part in a call. None may know another, or a verdict could rest on what they agreed among themselves. */
const STRANGERS: ReadonlySet<string> = new Set(['endpoint', 'proxy', 'drachtio']);

/** Loaded only by the command that needs them, since each costs more than the first datagram may take. */
export const HEAVY = [
  'dockerode',
  'testcontainers',
  '@testcontainers/',
  'playwright',
  'puppeteer',
  'ssh2',
  'jiti',
  'drachtio-srf',
  'sipjs-udp',
];

/** The room that a path of the project lies in; `index` is the public face, undefined is outside the harness. */
export function roomOf(path: string): string | undefined {
  const [top, second, ...rest] = path.split('/');
  if (top !== 'harness' || second === undefined) return undefined;
  if (rest.length > 0) return second;
  return second === 'index.ts' ? 'index' : undefined;
}

/** What is wrong with a file's arrows, one sentence each. */
export function forbiddenArrows(file: SourceFile): string[] {
  const from = roomOf(file.path);
  const complaints: string[] = [];
  for (const entry of importsOf(file)) {
    const complaint = entry.specifier === '*' ? 'imports something computed, which no test can follow' : judge(file, from, entry);
    if (complaint) complaints.push(`${file.path}:${entry.line} ${complaint}`);
  }
  return complaints;
}

function judge(file: SourceFile, from: string | undefined, { specifier }: Import): string | undefined {
  const path = importedPath(file, specifier);
  if (path === undefined) return specifier === 'busyhere' || specifier.startsWith('busyhere/') ? 'imports the package itself' : undefined;
  const to = roomOf(path);
  if (path === 'package.json' || from === to) return undefined;
  if (to === undefined) return `reaches out of the harness to ${path}`;
  if (from === 'index') return undefined;
  if (from === undefined) return 'lies in no room';
  const [height, depth] = [rank(from), rank(to)];
  if (height < 0) return `lies in ${from}, which is no room`;
  if (depth < 0) return `imports ${path}, and no room may import that`;
  if (STRANGERS.has(from) && STRANGERS.has(to)) return `${from} imports ${to} (${path}), and the two must not know each other`;
  return depth > height ? undefined : `${from} imports ${to} (${path}), which is further up`;
}

function rank(room: string): number {
  return (ROOMS as readonly string[]).indexOf(room);
}

/** Heavy libraries that a file loads as soon as it is loaded itself. */
export function eagerHeavyImports(file: SourceFile): string[] {
  return importsOf(file)
    .filter(({ kind }) => kind === 'static' || kind === 'require')
    .filter(({ specifier }) => HEAVY.some((name) => specifier === name || specifier.startsWith(name.endsWith('/') ? name : `${name}/`)))
    .map(({ specifier, line }) => `${file.path}:${line} loads ${specifier} at once; use import() where it is needed`);
}

/** The files that no entry leads to. */
export function unreachable(files: readonly SourceFile[], entries: readonly string[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const seen = new Set<string>();
  const pending = [...entries];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const file = byPath.get(path);
    if (!file || seen.has(path)) continue;
    seen.add(path);
    for (const { specifier } of importsOf(file)) pending.push(importedPath(file, specifier) ?? '');
  }
  return files.map((file) => file.path).filter((path) => !seen.has(path));
}

/** Rings of files that need each other while loading; imports of types vanish and count for nothing. */
export function loadingCycles(files: readonly SourceFile[]): string[] {
  const edges = new Map(files.map((file) => [file.path, staticTargets(file)]));
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) cycles.push([...trail.slice(start), path].join(' -> '));
    if (start >= 0 || done.has(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  return cycles;
}

function staticTargets(file: SourceFile): string[] {
  return importsOf(file)
    .filter(({ kind }) => kind === 'static')
    .flatMap(({ specifier }) => importedPath(file, specifier) ?? []);
}
