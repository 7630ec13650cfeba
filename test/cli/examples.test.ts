import { copyFileSync, createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { runCommandLine } from '../../harness/cli/command-line.js';
import { COMMANDS } from '../../harness/cli/commands.js';
import { FakeHost } from './fake-host.js';

const CAPTURES = join(__dirname, '../fixtures/captures/provided');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'busyhere-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

class HostWithInput extends FakeHost {
  constructor(
    cwd: string,
    readonly stdin: Readable,
  ) {
    super(cwd);
    this.env.PROXY_PASSWORD = 'not-to-be-seen';
  }
}

/** The arguments of an example, as a shell reads them; what stands before a pipe is somebody else's. */
function argumentsOf(example: string): string[] {
  const [, own = ''] = /(?:^|\| )busyhere ?(.*)$/.exec(example) ?? [];
  return [...own.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

/** An example in a folder as `busyhere init` leaves it, with captures. */
async function play(example: string): Promise<{ code: number; said: string }> {
  const [verb = '', ...others] = argumentsOf(example);
  if (verb !== 'init') await runCommandLine(['init'], new FakeHost(folder));
  for (const name of ['call.pcapng', 'caller-side.pcap', 'callee-side.pcap']) {
    copyFileSync(join(CAPTURES, '01-relay-486.pcapng'), join(folder, name));
  }
  const stdin = createReadStream(join(CAPTURES, '01-relay-486.pcapng'));
  const host = new HostWithInput(folder, stdin);
  // What doctor is told of a proxy that is not there is understood just as run does.
  const code = await runCommandLine([verb === 'doctor' && others.length > 0 ? 'run' : verb, ...others], host);
  stdin.destroy();
  return { code, said: host.stderr.text };
}

test.each(COMMANDS.map(({ name, examples }) => [name, examples] as const))('%s has at least two examples', (_, examples) => {
  expect(new Set(examples).size).toBeGreaterThanOrEqual(2);
});

test.each(COMMANDS.flatMap(({ examples }) => examples))('%s', async (example) => {
  const { code, said } = await play(example);
  expect({ code, said: code === 0 ? '' : said }).toEqual({ code: 0, said: '' });
});

test.each(COMMANDS.map(({ name, exitCodes }) => [name, exitCodes] as const))(
  '%s says in its help how it can end, each once',
  async (name, exitCodes) => {
    const host = new FakeHost(folder);
    await runCommandLine(['help', name], host);
    const [, table = ''] = host.stdout.text.split('Exit codes:\n');
    expect(
      table
        .replace(/\n {7}/g, ' ')
        .trimEnd()
        .split('\n'),
    ).toEqual(exitCodes.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`));
    for (const line of table.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(new Set(exitCodes.map(([code]) => code)).size).toBe(exitCodes.length);
  },
);
