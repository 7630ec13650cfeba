import ts from 'typescript';
import { importedPath, type SourceFile, walk } from './source';

/** Names that each file exports by declaring them; what it passes on from another file is none of its own. */
export function exportedNames(file: SourceFile): string[] {
  return file.tree.statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement) && !statement.moduleSpecifier && statement.exportClause) {
      return ts.isNamedExports(statement.exportClause) ? statement.exportClause.elements.map(({ name }) => name.text) : [];
    }
    if (!ts.canHaveModifiers(statement)) return [];
    if (!ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return [];
    if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.flatMap(({ name }) => namesIn(name));
    const { name } = statement as ts.DeclarationStatement;
    return name && ts.isIdentifier(name) ? [name.text] : [];
  });
}

function namesIn(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) => (ts.isBindingElement(element) ? namesIn(element.name) : []));
}

/** What a file takes from others of the project, as `path name`; `path *` where it takes all. */
export function takenNames(file: SourceFile): string[] {
  const taken: string[] = [];
  walk(file.tree, (node) => {
    const [specifier, names] = takenAt(node) ?? [];
    const path = specifier && importedPath(file, specifier.replace(/(?<!\.js)$/, '.js')); // tests leave it out
    for (const name of (path && names) || []) taken.push(`${path} ${name}`);
  });
  return taken;
}

function takenAt(node: ts.Node): [specifier: string, names: readonly string[]] | undefined {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    const named = node.importClause?.namedBindings;
    if (!named) return undefined;
    return [node.moduleSpecifier.text, ts.isNamedImports(named) ? named.elements.map(originalName) : ['*']];
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
    const clause = node.exportClause;
    return [node.moduleSpecifier.text, clause && ts.isNamedExports(clause) ? clause.elements.map(originalName) : ['*']];
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal)) {
    return [node.argument.literal.text, [node.qualifier?.getText() ?? '*']];
  }
  return takenDynamically(node);
}

/** `(await import('./a.js')).b` takes b, `const { b } = await import('./a.js')` too, and anything else takes all. */
function takenDynamically(node: ts.Node): [specifier: string, names: readonly string[]] | undefined {
  if (!ts.isCallExpression(node) || node.expression.kind !== ts.SyntaxKind.ImportKeyword) return undefined;
  const [argument] = node.arguments;
  if (!argument || !ts.isStringLiteral(argument)) return undefined;
  let outer: ts.Node = node.parent;
  while (ts.isAwaitExpression(outer) || ts.isParenthesizedExpression(outer)) outer = outer.parent;
  if (ts.isPropertyAccessExpression(outer)) return [argument.text, [outer.name.text]];
  if (!ts.isVariableDeclaration(outer) || !ts.isObjectBindingPattern(outer.name)) return [argument.text, ['*']];
  return [argument.text, outer.name.elements.map(({ propertyName, name }) => (propertyName ?? name).getText())];
}

function originalName({ propertyName, name }: ts.ImportSpecifier | ts.ExportSpecifier): string {
  return (propertyName ?? name).text;
}

/** How often a file names what it declares, its declaration not counted; a use of its type counts. */
function usesWithin(file: SourceFile, name: string): number {
  let found = -1;
  walk(file.tree, (node) => {
    if (ts.isIdentifier(node) && node.text === name && !isMemberName(node)) found += 1;
  });
  return found;
}

/** `a` of `b.a`, `{ a: 1 }` and the like, which is another `a`. */
function isMemberName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  return (ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent) || ts.isMethodDeclaration(parent)) && parent.name === node;
}

function isTypeOnly(file: SourceFile, name: string): boolean {
  return file.tree.statements.some((one) => (ts.isInterfaceDeclaration(one) || ts.isTypeAliasDeclaration(one)) && one.name.text === name);
}

/**
 * Exports, as `path name`, that no other file takes and that need not be exported: what its own file uses may be, where it is
 * a type, which names a part of a signature, or where tests look at it. What only tests use is dead.
 */
export function unusedExports(files: readonly SourceFile[], entries: readonly string[], tests: readonly SourceFile[] = []): string[] {
  const taken = new Set(files.flatMap(takenNames));
  const tested = new Set(tests.flatMap(takenNames));
  return files
    .filter(({ path }) => !entries.includes(path) && !taken.has(`${path} *`))
    .flatMap((file) =>
      exportedNames(file)
        .filter((name) => !taken.has(`${file.path} ${name}`))
        .filter((name) => !((isTypeOnly(file, name) || tested.has(`${file.path} ${name}`)) && usesWithin(file, name) > 0))
        .map((name) => `${file.path} ${name}`),
    );
}
