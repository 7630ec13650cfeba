import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { BusyhereError } from '../platform/errors.js';

/**
 * The paths given, else `scenarios` here, else the suite that comes with the package. A path given that begins with
 * `scenarios/` and is not here may be one of that suite.
 */
export function scenarioPaths(args: readonly string[], cwd: string): readonly string[] {
  if (args.length > 0) return args.map((path) => (existsSync(resolve(cwd, path)) ? path : (bundledPath(path) ?? path)));
  return existsSync(join(cwd, 'scenarios')) ? ['scenarios'] : [bundledSuite()];
}

function bundledPath(path: string): string | undefined {
  const [first, ...below] = path.split(/[\\/]/);
  if (first !== 'scenarios' || below.length === 0 || below.includes('..')) return undefined;
  const bundled = join(bundledSuite(), ...below);
  return existsSync(bundled) ? bundled : undefined;
}

/** The package's own scenarios. This file is compiled into `dist`, so the package's root is somewhere above. */
function bundledSuite(): string {
  for (let folder = __dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const suite = join(folder, 'scenarios');
    if (existsSync(join(folder, 'package.json')) && existsSync(join(suite, 'profiles'))) return suite;
  }
  throw new BusyhereError(
    'environment',
    'the bundled scenarios are missing',
    'install busyhere again, or name scenarios on the command line',
  );
}
