import { join } from 'node:path';

/** The main file of this package as it is installed here: for modules of people's own that do not find it themselves. */
export const OWN_ENTRY = join(__dirname, '..', 'index.js');
