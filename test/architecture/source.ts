import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import ts from 'typescript';

export const ROOT = join(__dirname, '..', '..');

/** One file of the harness: its path from the project's root with forward slashes, and its syntax tree. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
}

/** How one file names another: `type` is gone after compilation, `dynamic` is loaded when its line runs. */
export interface Import {
  readonly specifier: string;
  readonly kind: 'static' | 'type' | 'dynamic' | 'require';
  readonly line: number;
}

export function sourceFile(path: string, text: string): SourceFile {
  return { path, text, tree: ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true) };
}

/** Every TypeScript file below a folder of the project. */
export function readSources(folder: string): SourceFile[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[cm]?tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => sourceFile(relative(ROOT, file).split(sep).join('/'), readFileSync(file, 'utf8')));
}

/** Calls back for a node and all below it. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

export function lineOf(file: SourceFile, node: ts.Node): number {
  return file.tree.getLineAndCharacterOfPosition(node.getStart(file.tree)).line + 1;
}

/** All imports of a file, whatever their form. A dynamic import of something computed has the specifier `*`. */
export function importsOf(file: SourceFile): Import[] {
  const imports: Import[] = [];
  walk(file.tree, (node) => {
    const found = importAt(node);
    if (found) imports.push({ ...found, line: lineOf(file, node) });
  });
  for (const reference of file.tree.referencedFiles) imports.push({ specifier: reference.fileName, kind: 'type', line: 1 });
  return imports;
}

function importAt(node: ts.Node): Omit<Import, 'line'> | undefined {
  if (ts.isImportDeclaration(node)) {
    return { specifier: textOf(node.moduleSpecifier), kind: isTypeOnly(node.importClause) ? 'type' : 'static' };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
    return { specifier: textOf(node.moduleSpecifier), kind: node.isTypeOnly ? 'type' : 'static' };
  }
  if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference)) {
    return { specifier: textOf(node.moduleReference.expression), kind: 'require' };
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return { specifier: textOf(node.argument.literal), kind: 'type' };
  if (!ts.isCallExpression(node)) return undefined;
  if (node.expression.kind === ts.SyntaxKind.ImportKeyword) return { specifier: textOf(node.arguments[0]), kind: 'dynamic' };
  const called = node.expression.getText();
  return called === 'require' || called === 'require.resolve' ? { specifier: textOf(node.arguments[0]), kind: 'require' } : undefined;
}

function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false; // `import './x.js'` runs the file
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const named = clause.namedBindings;
  return !clause.name && named !== undefined && ts.isNamedImports(named) && named.elements.every((element) => element.isTypeOnly);
}

function textOf(node: ts.Node | undefined): string {
  return node && ts.isStringLiteralLike(node) ? node.text : '*';
}

/** The project's file that a relative import names, or undefined where it names a package. */
export function importedPath(file: SourceFile, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return posix.normalize(posix.join(posix.dirname(file.path), specifier)).replace(/\.js$/, '.ts');
}
