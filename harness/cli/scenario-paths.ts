import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BusyhereError } from '../platform/errors.js';

/** The paths given, else `scenarios` here, else the suite that comes with the package. */
export function scenarioPaths(args: readonly string[], cwd: string): readonly string[] {
  if (args.length > 0) return args;
  return existsSync(join(cwd, 'scenarios')) ? ['scenarios'] : [bundledSuite()];
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
