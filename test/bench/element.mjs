/**
 * One of our elements in a process of its own, so that its CPU time is its own: a caller, a busy callee, a proxy or a B2BUA.
 * Told what to do by messages from the process that started it; says each outcome with a message.
 */

import { SeededRandom } from '../../dist/esm/platform/random.js';
import { SystemClock } from '../../dist/esm/platform/system-clock.js';
import { UdpNetwork } from '../../dist/esm/platform/udp-network.js';
import { RFC3261_TIMERS } from '../../dist/esm/transaction/timer-values.js';

const DOMAIN = 'bench.example';
const [role, settings] = [process.argv[2], JSON.parse(process.argv[3] ?? '{}')];
const clock = new SystemClock();
const common = { name: role, clock, random: new SeededRandom(1), network: new UdpNetwork(), timers: RFC3261_TIMERS, domain: DOMAIN };

/** A proxy with one static route, that trusts everybody and challenges nobody. */
async function proxy({ address, nextHop }) {
  const { SipProxy } = await import('../../dist/esm/proxy/proxy.js');
  const element = new SipProxy({
    ...common,
    domain: 'proxy.example',
    trust: {
      listeners: [{ name: 'default', treatAllConnectionsAsTrusted: true, treatAllConnectionsAsServer: true }],
      hosts: [],
      quirks: [],
    },
    peers: [],
    accounts: [],
    routes: [{ kind: 'domain', pattern: DOMAIN, nextHop, listener: 'default', role: 'server' }],
    listeners: [{ name: 'default', address }],
  });
  await element.start();
  return { stop: () => element.stop() };
}

/** The control server with a drachtio-srf application of a few lines. */
async function b2bua({ address, callee }) {
  const { startDrachtioServer } = await import('../../dist/esm/drachtio/index.js');
  const { default: Srf } = await import('drachtio-srf');
  const server = await startDrachtioServer({ sip: `udp/${address.address}:${address.port}` });
  const srf = new Srf();
  let firstCallMs;
  srf.invite((req, res) => {
    const began = performance.now();
    srf.createB2BUA(req, res, `sip:busy@${callee.address}:${callee.port}`).catch(() => {
      firstCallMs ??= performance.now() - began;
    });
  });
  await new Promise((resolve) => srf.on('connect', resolve).connect(server.connectOptions));
  return {
    state: () => ({ firstCallMs, entries: server.counters.entries, srf: srf.idle ? 0 : 1 }),
    stop: async () => {
      srf.disconnect();
      await server.stop();
    },
  };
}

async function userAgent({ address, outbound }) {
  const { UserAgent } = await import('../../dist/esm/endpoint/user-agent.js');
  const { Telephone } = await import('../../dist/esm/endpoint/telephone.js');
  const agent = new UserAgent({ ...common, address, ...(outbound && { outbound }) }, new Telephone());
  await agent.start();
  return agent;
}

async function callee(options) {
  const agent = await userAgent(options);
  agent.onInvitation((call) => call.reject(486));
  return { stop: () => agent.stop() };
}

/** Keeps `open` calls under way until all were placed; resolves with how it went when the last one has its final response. */
function placeCalls(agent, { calls, open }) {
  return new Promise((resolve) => {
    let [placed, done, failed] = [0, 0, 0];
    const began = clock.now();
    const next = () => {
      if (placed === calls) return;
      placed += 1;
      const call = agent.invite(`sip:busy@${DOMAIN}`);
      let over = false;
      call.onChange(() => {
        if (over || !['rejected', 'failed', 'answered', 'cancelled', 'ended'].includes(call.state)) return;
        over = true;
        if (call.finalStatus !== 486) failed += 1;
        done += 1;
        if (done === calls) resolve({ seconds: (clock.now() - began) / 1000, failed });
        else next();
      });
    };
    for (let count = 0; count < open; count++) next();
  });
}

async function caller(options) {
  const agent = await userAgent(options);
  return { run: (load) => placeCalls(agent, load), stop: () => agent.stop() };
}

const element = await { proxy, b2bua, callee, caller }[role](settings);
process.on('message', async ({ what, load }) => {
  if (what === 'run') process.send(await element.run(load));
  if (what === 'state') process.send(element.state());
  if (what === 'cpu') process.send(process.cpuUsage());
  if (what !== 'stop') return;
  await element.stop();
  process.disconnect();
});
process.send('ready');
