// The suite of drachtio behaviours as a command: npm run drachtio-behaviour -- --help
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
require('../simulation/load-typescript.cjs');
const { main } = require('./command.ts');

process.exitCode = await main(process.argv.slice(2), process.env);
