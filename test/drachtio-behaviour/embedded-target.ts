import { type StartOptions, startDrachtioServer } from '../../harness/drachtio/index.js';
import { scaledTimers } from '../../harness/transaction/timer-values.js';
import { RFC_T1, type Target } from './target.js';

/** The project's own server, on ports that the system chose. */
export async function embeddedTarget(options: StartOptions = {}, t1: number = RFC_T1): Promise<Target> {
  // The 64 s within which an application has to say something are none of the RFC's timers, but scaled like them.
  const limits = { firstWordWithin: 128 * t1, ...options.limits };
  const server = await startDrachtioServer({ timers: scaledTimers(t1), ...options, limits });
  return {
    kind: 'embedded',
    control: { address: server.control.host, port: server.control.port },
    secret: server.secret,
    sip: { address: server.sip.host, port: server.sip.port },
    t1,
    held: () => server.counters.entries,
    stop: () => server.stop(),
  };
}
