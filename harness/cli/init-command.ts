import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { BusyhereError } from '../platform/errors.js';
import { scenarioJsonSchema } from '../scenario/json-schema.js';
import { TOOL } from '../scenario/tool.js';
import type { Invocation } from './commands.js';
import { EXIT_CODES, type ExitCode } from './exit-code.js';
import type { Host } from './host.js';
import { initFiles, PROXY_COMMANDS } from './init-files.js';
import { shellWord } from './shell-word.js';

/** `busyhere init`: writes all files or, where one of them is there already, none. */
export async function initCommand({ args }: Invocation, host: Host): Promise<ExitCode> {
  const folder = resolve(host.cwd, args[0] ?? '.');
  if (existsSync(folder) && !statSync(folder).isDirectory()) throw new BusyhereError('usage', `${args[0]} is not a folder`);
  const files = initFiles(TOOL.version, scenarioJsonSchema());
  const present = [...files.keys()].filter((file) => existsSync(join(folder, file)));
  if (present.length > 0) {
    throw new BusyhereError('usage', `${present.join(', ')} ${present.length === 1 ? 'exists' : 'exist'} already`, 'nothing was written');
  }
  for (const [file, text] of files) write(join(folder, file), text);
  const into = relative(host.cwd, folder);
  host.stdout.write([...files.keys()].map((file) => `wrote ${join(into, file)}\n`).join(''));
  host.stdout.write(nextSteps(into));
  return EXIT_CODES.asExpected;
}

/** @param into the folder from here on; empty where it is this one */
function nextSteps(into: string): string {
  return [
    '',
    'next:',
    ...(into === '' ? [] : [`  cd ${shellWord(into)}`]),
    '  npx busyhere run',
    '',
    'with your own proxy: put its address into proxy.yaml, and the password of its',
    'accounts alice, bob and carol into the environment as PROXY_PASSWORD; then',
    `  npx busyhere ${PROXY_COMMANDS.doctor}`,
    `  npx busyhere ${PROXY_COMMANDS.run}`,
    '',
  ].join('\n');
}

function write(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    // A file that has come into being since is not overwritten either.
    writeFileSync(path, text, { flag: 'wx' });
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new BusyhereError('environment', `${path} cannot be written: ${reason}`, undefined, { cause: error });
  }
}
