/** Preloaded: says on standard error, when the process ends, how much memory it had at most. */
process.on('exit', () => process.stderr.write(`max RSS ${Math.round(process.resourceUsage().maxRSS / 1024)} MB\n`));
