#!/usr/bin/env node
import { TOOL } from '../scenario/tool.js';
import { Interrupts } from './interrupts.js';

// Everything else is loaded by the command that needs it: asking for the version costs no more than starting Node.
const [first, ...others] = process.argv.slice(2);
if ((first === '--version' || first === '-V') && others.length === 0) {
  process.stdout.write(`${TOOL.version}\n`);
} else {
  void start(listenToTheProcess());
}

/** Before anything is loaded: whoever interrupts at once still gets the reports that were asked for. */
function listenToTheProcess(): Interrupts {
  const interrupts = new Interrupts((code) => process.exit(code));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupts.raise('user'));
  let readerLeft = false;
  // Every later write fails in the same way, and says nothing new.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') throw error;
    if (!readerLeft) interrupts.raise('reader');
    readerLeft = true;
  });
  process.stderr.on('error', () => {}); // nobody is left to be told
  return interrupts;
}

async function start(interrupts: Interrupts): Promise<void> {
  const { runCommandLine } = await import('./command-line.js');
  const { processHost } = await import('./host.js');
  await new Promise(setImmediate); // a signal that came while loading is heard only now
  const code = await runCommandLine(process.argv.slice(2), processHost(interrupts));
  process.exitCode = interrupts.codeAfter(code);
}
