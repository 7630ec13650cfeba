// The suite of drachtio behaviours as a command: npm run drachtio-behaviour -- --help
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
require('../simulation/load-typescript.cjs');
const { main } = require('./command.ts');

const code = await main(process.argv.slice(2), process.env);
await new Promise((written) => process.stdout.write('', written)); // a pipe takes 64 kB at once, and the rest would be lost
// A server that fails may leave sockets open that nobody waits for.
process.exit(code);
