import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Control } from './apps/control.js';
import type { Behaviour } from './behaviour.js';
import { embeddedTarget } from './embedded-target.js';
import { BEHAVIOURS } from './registry.js';
import { describeOutcome, describeSummary, makeReport } from './report.js';
import { runSuite } from './run.js';
import { type Environment, realTarget, type Target } from './target.js';

const USAGE = `Usage: npm run drachtio-behaviour -- [options]

Looks for every behaviour of a drachtio-compatible server, with drachtio-srf applications and SIP peers of its own.
DRACHTIO_ADDRESS (host:port), DRACHTIO_SECRET and DRACHTIO_SIP (host:port) name a server that runs; without them the
embedded one is looked at. DRACHTIO_OUTBOUND_SIP and DRACHTIO_OUTBOUND_LISTEN (host:port) name a second one that was
started to connect to applications, and where it expects them.

  --slow          wait for a real server's timers too (many minutes)
  --grep TEXT     only behaviours whose id matches this regular expression
  --json FILE     write the outcomes as JSON; - is standard output, and what is for people goes to standard error
  --list          show the behaviours and look for none
  --help          this text

Exit codes: 0 nothing failed, 1 something did or nothing matched, 2 usage, 3 no server there.`;

/** Runs the suite as a command, and gives the exit code. */
export async function main(args: readonly string[], environment: Environment): Promise<number> {
  const options = readOptions(args, environment);
  if (typeof options === 'string') {
    console.error(`${options}\n\n${USAGE}`);
    return 2;
  }
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  const behaviours = BEHAVIOURS.filter(({ id }) => options.grep.test(id));
  if (options.list) {
    for (const { id, title, source, basis, slow } of behaviours)
      console.log(`${id}  ${title} (${source}; ${basis}${slow ? '; slow' : ''})`);
    return 0;
  }
  if (behaviours.length === 0) {
    console.error('no behaviour matches; --list shows them all');
    return 1;
  }
  return look(behaviours, options);
}

async function look(behaviours: readonly Behaviour[], options: Options): Promise<number> {
  const say = options.json === '-' ? console.error : console.log;
  const { real } = options;
  const target = real?.target ?? (await embeddedTarget());
  let version: string;
  try {
    version = await versionOf(target);
  } catch (error) {
    console.error(`no drachtio server at ${target.control.address}:${target.control.port}: ${(error as Error).message}`);
    return 3;
  }
  const startedAt = new Date();
  const outcomes = await runSuite({
    behaviours,
    target,
    outbound: real?.outbound,
    ...(real ? {} : { start: embeddedTarget }),
    slow: options.slow,
    finished: (outcome) => say(describeOutcome(outcome)),
  });
  await target.stop();
  const report = makeReport(target, version, startedAt, outcomes);
  say(describeSummary(report));
  if (options.json !== undefined) write(options.json, `${JSON.stringify(report, null, 2)}\n`);
  return report.summary.failed > 0 ? 1 : 0;
}

interface Options {
  readonly help: boolean;
  readonly list: boolean;
  readonly slow: boolean;
  readonly grep: RegExp;
  readonly json: string | undefined;
  readonly real: ReturnType<typeof realTarget>;
}

/** The options, or what is wrong with them. */
function readOptions(args: readonly string[], environment: Environment): Options | string {
  const flag = { type: 'boolean' as const };
  const text = { type: 'string' as const };
  try {
    const { values } = parseArgs({ args: [...args], options: { help: flag, list: flag, slow: flag, grep: text, json: text } });
    const { help = false, list = false, slow = false, grep = '', json } = values;
    return { help, list, slow, grep: new RegExp(grep), json, real: realTarget(environment) };
  } catch (error) {
    return (error as Error).message;
  }
}

/** The version that the server names when a connection authenticates. */
export async function versionOf({ control, secret }: Target): Promise<string> {
  const connection = await Control.open('the first connection', control);
  try {
    const { succeeded, tokens } = await connection.authenticate(secret);
    if (!succeeded) throw new Error(tokens[4] ?? 'refused');
    return tokens[5] ?? 'unknown';
  } finally {
    await connection.close();
  }
}

function write(file: string, text: string): void {
  if (file === '-') process.stdout.write(text);
  else writeFileSync(file, text);
}
