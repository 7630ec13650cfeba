// The suite of drachtio behaviours as a command: npm run drachtio-behaviour -- --help
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
require('../simulation/load-typescript.cjs');
const { main } = require('./command.ts');

// A server that fails may leave sockets open that nobody waits for.
process.exit(await main(process.argv.slice(2), process.env));
