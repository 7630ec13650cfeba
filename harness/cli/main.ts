#!/usr/bin/env node
import { TOOL } from '../scenario/tool.js';

// Everything else is loaded by the command that needs it: asking for the version costs no more than starting Node.
const [first, ...others] = process.argv.slice(2);
if ((first === '--version' || first === '-V') && others.length === 0) {
  process.stdout.write(`${TOOL.version}\n`);
} else {
  void start();
}

async function start(): Promise<void> {
  const { runCommandLine } = await import('./command-line.js');
  const { processHost } = await import('./host.js');
  // A reader that leaves early (`busyhere list | head`) is no fault.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
  process.exitCode = await runCommandLine(process.argv.slice(2), processHost());
}
