import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseModule } from './load-module.js';
import type { Mistake } from './mistake.js';
import type { ParsedModule } from './source-code.js';
import { SourceText, wholeFile } from './source-text.js';

/** A module of somebody's own: where it is, its name in messages, and the main file of this package if it is known. */
export interface ModuleFile {
  readonly path: string;
  readonly file: string;
  readonly ownEntry: string | undefined;
}

/** Reads a module for showing what is wrong in it; undefined where it cannot be read. */
export function readModule({ path, file, ownEntry }: ModuleFile): ParsedModule | undefined {
  const source = SourceText.read(path, file);
  if (!(source instanceof SourceText)) return undefined;
  const tree = parseModule(path, source.text, ownEntry);
  return tree && { source, tree };
}

/** What kept a module from being loaded, at the line of it, or of a file that it imports, that the error names. */
export function loadFault(module: ModuleFile, error: unknown): Mistake {
  // It may be an Error of another realm, or none at all: code of people's own throws what it likes.
  const { message, stack } = (error ?? {}) as { message?: unknown; stack?: unknown };
  const [reason = ''] = String(message ?? error).split('\nRequire stack:'); // the file itself, which is named anyway
  return (
    syntaxFault(module, reason) ?? thrownFault(module, reason, String(stack ?? '')) ?? wholeFile(module.file, `cannot be loaded: ${reason}`)
  );
}

/** `ParseError: Unexpected token\n /path/of/the/file.ts:3:2`, the column from 0 on */
function syntaxFault(module: ModuleFile, reason: string): Mistake | undefined {
  const [, what = '', path = '', line, column] = /^ParseError: (.*?)\s*\n\s*(\S.*):(\d+):(\d+)/s.exec(reason) ?? [];
  const source = SourceText.read(path, nameOf(path, module));
  if (line === undefined || !(source instanceof SourceText)) return undefined;
  const [lineStart] = source.wholeLine(Number(line));
  const from = lineStart + Number(column);
  return source.mistakeAt([from, from + 1], `cannot be loaded: ${what.charAt(0).toLowerCase()}${what.slice(1)}`);
}

/** The first line of the module's own on the stack; its column means nothing, since types were taken out. */
function thrownFault(module: ModuleFile, reason: string, stack: string): Mistake | undefined {
  for (const [, where = '', line] of stack.matchAll(/\(?((?:file:\/\/)?\/[^\s()]+|[A-Za-z]:\\[^()\n]+):(\d+):\d+\)?$/gm)) {
    const path = where.startsWith('file://') ? fileURLToPath(where) : where;
    const source = path === module.path ? SourceText.read(path, module.file) : undefined;
    if (source instanceof SourceText) return source.mistakeAt(source.lineRange(Number(line)), `cannot be loaded: ${reason}`);
  }
  return undefined;
}

/** A file beside the module is named from where the module's name begins. */
function nameOf(path: string, module: ModuleFile): string {
  if (path === module.path) return module.file;
  const folder = module.path.endsWith(module.file) ? module.path.slice(0, -module.file.length) : '/';
  return relative(folder, path).startsWith('..') ? path : relative(folder, path);
}
