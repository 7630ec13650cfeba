/**
 * Builds the package twice from one source: `dist/cjs` for `require` and the command line, `dist/esm` for `import`.
 * The module kind of a folder is what its nearest package.json says, hence the two small ones written here.
 */

import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, '..', 'dist');
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');

/** Runs one compilation to its end; rejects with the compiler's own messages. */
function compile(folder, ...options) {
  const project = join(here, 'tsconfig.build.json');
  const child = spawn(process.execPath, [tsc, '-p', project, '--outDir', join(dist, folder), ...options], { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`building dist/${folder} failed; the compiler's messages are above`)),
    );
  });
}

rmSync(dist, { recursive: true, force: true });
await Promise.all([
  compile('cjs', '--module', 'CommonJS', '--moduleResolution', 'Node10'),
  compile('esm', '--module', 'ESNext', '--moduleResolution', 'Bundler'),
]);
for (const [folder, type] of [
  ['cjs', 'commonjs'],
  ['esm', 'module'],
]) {
  mkdirSync(join(dist, folder), { recursive: true });
  writeFileSync(join(dist, folder, 'package.json'), `${JSON.stringify({ type })}\n`);
}
const main = join(dist, 'cjs', 'cli', 'main.js');
if (existsSync(main)) chmodSync(main, 0o755); // the compiler leaves 644, and npm links the bin to this very file

const { scenarioJsonSchema } = await import(pathToFileURL(join(dist, 'cjs', 'scenario', 'json-schema.js')).href);
writeFileSync(join(dist, 'schema.json'), `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`);
