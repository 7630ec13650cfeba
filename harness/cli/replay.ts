import type { Case } from '../scenario/case.js';
import type { RunOptions } from '../scenario/run-options.js';
import type { Invocation } from './commands.js';
import type { EndpointChoice } from './flag-values.js';
import { keyOf, SUT_FLAGS } from './flags.js';
import { shellWord } from './shell-word.js';

/** The command that runs the whole again, with the seed it had. */
export function replayCommand({ args, flags }: Invocation, options: RunOptions): string {
  const { grep, grepInvert, trust, shard } = flags as {
    grep?: RegExp[];
    grepInvert?: RegExp[];
    trust?: string[];
    shard?: { index: number; count: number };
  };
  return command([
    ...args,
    ...(grep ?? []).flatMap((pattern) => ['-g', pattern.source]),
    ...(grepInvert ?? []).flatMap((pattern) => ['-G', pattern.source]),
    ...(trust ?? []).flatMap((name) => ['--trust', name]),
    ...(shard ? ['--shard', `${shard.index}/${shard.count}`] : []),
    ...sutSettings(flags),
    ...endpointSettings(flags),
    ...settings(options),
  ]);
}

/** The command that runs one case again. */
export function replayCaseCommand({ args, flags }: Invocation, { id, file }: Case, options: RunOptions): string {
  const paths = file === null ? args : [file];
  return command([
    ...paths,
    '-g',
    `^${id.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`,
    ...profileOf(flags, options),
    ...sutSettings(flags),
    ...endpointSettings(flags),
    ...settings(options),
  ]);
}

/** A proxy that runs already is configured as one trust profile, which has to be said. */
function profileOf(flags: Invocation['flags'], { sut }: RunOptions): string[] {
  return sut === 'external' ? ((flags.trust as string[] | undefined) ?? []).flatMap((name) => ['--trust', name]) : [];
}

function sutSettings(flags: Invocation['flags']): string[] {
  return SUT_FLAGS.flatMap((flag) => {
    const value = flags[keyOf(flag)];
    return flag.name === 'sut' || flag.secret || typeof value !== 'string' ? [] : [`--${flag.name}`, value];
  });
}

function endpointSettings({ endpoint = [] }: { endpoint?: readonly EndpointChoice[] }): string[] {
  return endpoint.flatMap(({ participant, kind }) => ['--endpoint', participant === null ? kind : `${participant}=${kind}`]);
}

function settings({ engine, sut, timers, horizonMs, seed }: RunOptions): string[] {
  const usualTimers = engine === 'memory' ? 'rfc3261' : 'fast';
  return [
    ...(engine === 'udp' ? [] : ['--engine', engine]),
    ...(sut === 'builtin' ? [] : ['--sut', sut]),
    ...(timers === usualTimers ? [] : ['--timers', timers]),
    ...(horizonMs === undefined ? [] : ['--horizon', `${horizonMs}ms`]),
    '--seed',
    String(seed),
  ];
}

function command(words: readonly string[]): string {
  return ['npx', 'busyhere', 'run', ...words].map(shellWord).join(' ');
}
