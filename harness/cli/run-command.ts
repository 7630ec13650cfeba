import { resolve } from 'node:path';
import type { ExternalSut } from '../lab/external-sut.js';
import { BusyhereError } from '../platform/errors.js';
import { fanOut } from '../report/reporter.js';
import type { Case } from '../scenario/case.js';
import type { CaptureOptions } from '../scenario/case-capture.js';
import { castFor } from '../scenario/choose-endpoints.js';
import type { Duration } from '../scenario/model.js';
import { durationMs } from '../scenario/parse-terms.js';
import type { RunOptions, TimersName } from '../scenario/run-options.js';
import { FAST_TIMERS, RFC3261_TIMERS } from '../transaction/timer-values.js';
import { chooseCases } from './choose-cases.js';
import type { Invocation } from './commands.js';
import { dockerOptions } from './docker-flags.js';
import { casesForDrachtio, drachtioSut } from './drachtio-flags.js';
import { endpointChoices } from './endpoint-choices.js';
import { EXIT_CODES, type ExitCode, exitCodeOfRun } from './exit-code.js';
import { casesForSut, externalSut, type SutFlags } from './external-flags.js';
import type { EndpointChoice, ReporterSpec } from './flag-values.js';
import type { Host } from './host.js';
import type { Interrupter } from './interrupts.js';
import { listCases, noCase } from './list-command.js';
import { replayCaseCommand, replayCommand } from './replay.js';
import { makeReporters } from './reporters.js';

/** The values of the flags of `run`, as the table of flags reads them. */
interface RunFlags extends SutFlags {
  readonly list?: boolean;
  readonly timers?: TimersName;
  readonly horizon?: Duration;
  readonly endpoint?: readonly EndpointChoice[];
  readonly seed?: number;
  readonly workers?: number;
  readonly bail?: number;
  readonly reporter?: readonly ReporterSpec[];
  readonly ladder?: boolean;
  readonly output?: string;
  readonly pcap?: 'off' | CaptureOptions['mode'];
}

const WORKERS = 64;
/** Where artefacts go that were asked for without a folder. */
const OUTPUT = 'busyhere-output';

/** `busyhere run` */
export async function runCommand(invocation: Invocation, host: Host): Promise<ExitCode> {
  const flags = invocation.flags as RunFlags;
  const interruption = new AbortController();
  const external = (await externalSut(flags, host)) ?? (await drachtioSut(flags, host));
  const options = runOptions(flags, external, interruption.signal, host);
  const chosen = chooseCases(invocation, host.cwd);
  const cases = casesFor(external, chosen, flags);
  if (flags.list) return listCases(castFor(cases, options), host);
  if (cases.length === 0) return noCase(host);
  return play(cases, options, invocation, interruption, host);
}

function casesFor(sut: ExternalSut | undefined, chosen: readonly Case[], flags: RunFlags): readonly Case[] {
  if (!sut) return chosen;
  return sut.control ? casesForDrachtio(chosen, sut, flags) : casesForSut(chosen, sut, flags);
}

function runOptions(flags: RunFlags, external: ExternalSut | undefined, signal: AbortSignal, host: Host): RunOptions {
  const engine = flags.engine ?? 'udp';
  if (engine === 'memory' && flags.timers === 'fast') {
    throw new BusyhereError(
      'usage',
      '--timers fast does not go with --engine memory',
      'virtual time makes the timers of the RFC pass at once',
    );
  }
  const timers = flags.timers ?? (engine === 'memory' ? 'rfc3261' : 'fast');
  const { t1 } = timers === 'fast' ? FAST_TIMERS : RFC3261_TIMERS;
  return {
    engine,
    sut: flags.sut ?? 'builtin',
    ...(external ? { external } : {}),
    ...dockerOptions(engine, external !== undefined, host),
    timers,
    ...(flags.endpoint === undefined ? {} : { endpoints: endpointChoices(flags.endpoint) }),
    ...(flags.horizon === undefined ? {} : { horizonMs: durationMs(flags.horizon, t1) }),
    seed: flags.seed ?? host.drawSeed(),
    workers: flags.workers ?? WORKERS,
    ...(flags.bail === undefined ? {} : { bail: flags.bail }),
    ...(flags.pcap === undefined || flags.pcap === 'off' ? {} : { captures: captureOptions(flags.pcap, flags.output, host) }),
    ...(flags.output === undefined ? {} : { programFiles: resolve(host.cwd, flags.output) }),
    // Covers on any machine how it goes where 127.0.0.1 is the only loopback address.
    ...(host.env.BUSYHERE_SINGLE_ADDRESS === '1' ? { singleAddress: true } : {}),
    signal,
  };
}

function captureOptions(mode: CaptureOptions['mode'], output: string | undefined, host: Host): CaptureOptions {
  return { mode, folder: resolve(host.cwd, output ?? OUTPUT) };
}

async function play(
  cases: readonly Case[],
  options: RunOptions,
  invocation: Invocation,
  interruption: AbortController,
  host: Host,
): Promise<ExitCode> {
  const { reporter, ladder = false, output } = invocation.flags as RunFlags;
  const reporters = makeReporters(
    {
      specs: reporter ?? [{ kind: 'list', file: null }],
      ladders: ladder,
      output,
      replay: replayCommand(invocation, options),
      replayOf: (one) => replayCaseCommand(invocation, one, options),
    },
    host,
  );
  let reported = true;
  const emit = fanOut(reporters, (name, error) => {
    reported = false;
    host.stderr.write(`busyhere: the report "${name}" failed: ${(error as Partial<Error>).message ?? String(error)}\n`);
  });
  const stopListening = host.onInterrupt((by) => interrupt(interruption, by, host));
  try {
    const runSuite = await host.loadRunSuite();
    const result = await runSuite(cases, options, emit);
    const code = interruption.signal.aborted ? EXIT_CODES.interrupted : exitCodeOfRun(result);
    // A report that was asked for and is not there must not look like success.
    return code === EXIT_CODES.asExpected && !reported ? EXIT_CODES.environment : code;
  } catch (error) {
    for (const one of reporters) one.abandon?.();
    throw error;
  } finally {
    stopListening();
  }
}

/** The first time the run is torn down and reported; the second time the process ends where it is. */
function interrupt(interruption: AbortController, by: Interrupter, host: Host): void {
  if (interruption.signal.aborted) return host.exitNow(EXIT_CODES.interrupted);
  if (by === 'user') host.stderr.write('\nbusyhere: ending the run; once more ends at once\n');
  interruption.abort();
}
