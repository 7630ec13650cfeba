/**
 * Our own proxy as a process of its own: node own-proxy.cjs COMPILED-HARNESS OPTIONS-AS-JSON. Says `ready` when it
 * listens and, when it is asked to end, what it still holds.
 */
const { join } = require('node:path');
const [compiled, written] = process.argv.slice(2);
const room = (path) => require(join(compiled, path));
const { SipProxy } = room('proxy/proxy.js');
const { SystemClock } = room('platform/system-clock.js');
const { UdpNetwork } = room('platform/udp-network.js');
const { SeededRandom } = room('platform/random.js');
const { RFC3261_TIMERS } = room('transaction/timer-values.js');

const proxy = new SipProxy({
  name: 'proxy',
  clock: new SystemClock(),
  random: new SeededRandom(1),
  network: new UdpNetwork(),
  timers: RFC3261_TIMERS,
  peers: [],
  routes: [],
  ...JSON.parse(written),
});

process.once('SIGTERM', async () => {
  process.stdout.write(`holds ${JSON.stringify({ bindings: proxy.bindings, contexts: proxy.openContexts })}\n`);
  await proxy.stop();
  process.exit();
});
proxy.start().then(() => process.stdout.write('ready\n'));
