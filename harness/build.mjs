/**
 * Builds the package twice from one source: `dist/cjs` for `require` and the command line, `dist/esm` for `import`.
 * The module kind of a folder is what its nearest package.json says, hence the two small ones written here.
 */

import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, '..', 'dist');
const fresh = `${dist}.${process.pid}`; // a build that fails leaves the last one in place
const former = `${fresh}.former`;
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');

/** Runs one compilation to its end; rejects with the compiler's own messages. */
function compile(folder, ...options) {
  const project = join(here, 'tsconfig.build.json');
  const child = spawn(process.execPath, [tsc, '-p', project, '--outDir', join(fresh, folder), ...options], { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`building dist/${folder} failed; the compiler's messages are above`)),
    );
  });
}

/** A module of what was compiled just now. */
function compiled(...path) {
  return import(pathToFileURL(join(fresh, 'cjs', ...path)).href);
}

async function build() {
  // Both come to their end before what they wrote may be removed.
  const compilations = await Promise.allSettled([
    compile('cjs', '--module', 'CommonJS', '--moduleResolution', 'Node10'),
    compile('esm', '--module', 'ESNext', '--moduleResolution', 'Bundler'),
  ]);
  for (const { reason } of compilations) if (reason) throw reason;
  for (const [folder, type] of [
    ['cjs', 'commonjs'],
    ['esm', 'module'],
  ]) {
    mkdirSync(join(fresh, folder), { recursive: true });
    writeFileSync(join(fresh, folder, 'package.json'), `${JSON.stringify({ type })}\n`);
  }
  const main = join(fresh, 'cjs', 'cli', 'main.js');
  if (existsSync(main)) chmodSync(main, 0o755); // the compiler leaves 644, and npm links the bin to this very file

  const { scenarioJsonSchema, resultJsonSchema } = await compiled('scenario', 'json-schema.js');
  const { diagnosisJsonSchema } = await compiled('report', 'diagnosis', 'diagnosis-schema.js');
  for (const [name, schema] of [
    ['schema.json', scenarioJsonSchema()],
    ['result-schema.json', resultJsonSchema()],
    ['diagnosis-schema.json', diagnosisJsonSchema()],
  ]) {
    writeFileSync(join(fresh, name), `${JSON.stringify(schema, null, 2)}\n`);
  }
  // Two renames, so that whoever starts the command meanwhile finds the one or the other.
  if (existsSync(dist)) renameSync(dist, former);
  renameSync(fresh, dist);
}

try {
  await build();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
} finally {
  for (const left of [fresh, former]) rmSync(left, { recursive: true, force: true });
}
