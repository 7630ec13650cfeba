/// <reference path="./sipjs-udp.d.ts" />
import type { Sip } from 'sipjs-udp';
import { mendClientTransactions } from './mend-client-transactions.js';
import { mendServerTransactions } from './mend-server-transactions.js';
import { mendTimers } from './mend-timers.js';

let loading: Promise<Sip> | undefined;

/** The library, mended; loaded when it is first asked for. */
export function loadLibrary(): Promise<Sip> {
  loading ??= import('sipjs-udp').then((loaded) => {
    const { default: library } = loaded as unknown as { default: Sip };
    mendTimers(library);
    mendClientTransactions(library);
    mendServerTransactions(library);
    return library;
  });
  return loading;
}
