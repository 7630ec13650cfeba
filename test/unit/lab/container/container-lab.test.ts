import { observedOf } from '../../../../harness/diagnosis/attempt.js';
import { diagnose } from '../../../../harness/diagnosis/diagnose.js';
import { RegistrationError } from '../../../../harness/endpoint/registration.js';
import { ContainerLab } from '../../../../harness/lab/container/container-lab.js';
import type { Topology } from '../../../../harness/lab/topology.js';
import { delay } from '../../../../harness/platform/clock.js';
import { runInVirtualTime } from '../../../../harness/platform/virtual-time.js';
import { labOptions, MemorySite } from './memory-site';
import { client, server, topology } from './topologies';

const PEOPLE = ['alice', 'bob', 'carol'];

async function stage(): Promise<MemorySite> {
  const site = new MemorySite();
  await runInVirtualTime(
    site.clock,
    (async () => {
      await site.add('proxy', 'server', '10.0.0.10');
      for (const [index, name] of PEOPLE.entries()) await site.add(name, 'participant', `10.0.0.${20 + index}`);
    })(),
  );
  return site;
}

/** alice calls bob, who rings at his script's word; carol calls bob, and a minute goes by. */
async function play(site: MemorySite, asked: Topology) {
  const lab = new ContainerLab(asked, labOptions(site));
  await lab.start();
  const invited: (string | undefined)[] = [];
  lab.endpoint('bob').onInvitation((call) => {
    invited.push(call.header('X-Busyhere-Attempt'));
    call.ring();
  });
  const first = lab.endpoint('alice').invite('sip:bob@lab.example', { headers: [['X-Busyhere-Attempt', 'first']] });
  await delay(site.clock, 1_000);
  const second = lab.endpoint('carol').invite('sip:bob@lab.example');
  await delay(site.clock, 60_000);
  await lab.caughtUp();
  const attempts = diagnose(lab.trace.events, {
    horizonMs: 32_000,
    timerC: 181_000,
    end: lab.trace.elapsed,
    names: (at) => lab.nameOf(at),
  });
  const attempt = attempts.find(({ callIds }) => callIds.includes(second.callId));
  const calls = { first: first.state, second: second.state, status: second.finalStatus, shown: second.shown };
  await lab.stop();
  return { lab, invited, calls, attempt };
}

describe('a case in containers', () => {
  it('has its busy response delivered, and its trace from the captures', async () => {
    const site = await stage();
    const { lab, invited, calls, attempt } = await runInVirtualTime(
      site.clock,
      play(
        site,
        topology(
          [server('lcs')],
          PEOPLE.map((name) => client(name)),
        ),
      ),
    );
    expect(calls).toEqual({
      first: 'ringing',
      second: 'rejected',
      status: 486,
      shown: 'Your request to have a voice conversation cannot be delivered to bob.',
    });
    expect(invited).toEqual(['first']); // the second was busy's own business
    expect(attempt && observedOf(attempt)).toBe(486);
    expect(new Set(lab.trace.events.map(({ point }) => point))).toEqual(new Set(['lcs', ...PEOPLE]));
    const times = lab.trace.events.map(({ time }) => time);
    expect(times).toEqual([...times].sort((one, other) => one - other));
    expect(lab.journal.map(({ server: name, decision }) => `${name} ${decision}`)).toContain('lcs forward 486');
  });

  it('has it absorbed by a proxy that trusts too much', async () => {
    const site = await stage();
    const { lab, calls, attempt } = await runInVirtualTime(
      site.clock,
      play(
        site,
        topology(
          [server('lcs', ['default'], true)],
          PEOPLE.map((name) => client(name)),
        ),
      ),
    );
    expect(calls).toMatchObject({ second: 'proceeding', shown: null });
    expect(attempt && observedOf(attempt)).toBe('pending');
    expect(attempt?.loss).toMatchObject({ kind: 'swallowed', certainty: 'seen' });
    expect(attempt?.loss?.hop && lab.nameOf(attempt.loss.hop)).toBe('lcs');
    expect(lab.journal.map(({ decision }) => decision)).toContain('absorb 486');
  });

  it('shares its containers with others, and no datagram', async () => {
    const site = await stage();
    const people = PEOPLE.map((name) => client(name));
    const [one, other] = await runInVirtualTime(
      site.clock,
      Promise.all([play(site, topology([server('lcs')], people)), play(site, topology([server('lcs', ['default'], true)], people))]),
    );
    expect([one?.calls.second, other?.calls.second]).toEqual(['rejected', 'proceeding']);
    const portsOf = (events: typeof one.lab.trace.events): Set<number> =>
      new Set(events.flatMap(({ source, destination }) => [source.port, destination.port]));
    const [ports, others] = [portsOf(one?.lab.trace.events ?? []), portsOf(other?.lab.trace.events ?? [])];
    expect([...ports].filter((port) => others.has(port))).toEqual([]);
  });

  it('leaves no socket and no timer, neither here nor in the containers', async () => {
    const site = await stage();
    await runInVirtualTime(
      site.clock,
      play(
        site,
        topology(
          [server('lcs')],
          PEOPLE.map((name) => client(name)),
        ),
      ),
    );
    expect(site.network.openSockets).toBe(0);
    await runInVirtualTime(site.clock, site.stop());
    while (site.clock.step()); // what was under way when they let go
    expect([site.clock.pendingTimers, site.streams.openEnds, site.streams.listeners, site.lost]).toEqual([0, 0, 0, []]);
  });

  it('tells a registrar that says nothing from one that refuses, as any lab does', async () => {
    const site = await stage();
    const [bob, lcs] = [client('bob'), server('lcs')];
    const deaf = { between: ['bob', 'lcs'] as const, quality: { delayMs: 0, loss: 1 } };
    const lab = new ContainerLab({ ...topology([lcs], [bob]), links: [deaf] }, labOptions(site));
    const starting = runInVirtualTime(site.clock, lab.start());
    await expect(starting).rejects.toBeInstanceOf(RegistrationError);
    await expect(starting).rejects.toMatchObject({
      status: undefined,
      message: expect.stringContaining('sip:bob@lab.example could not register'),
    });
    await runInVirtualTime(site.clock, lab.stop());
  });

  it('fails with the reason where a container is gone', async () => {
    const site = await stage();
    const lab = new ContainerLab(topology([server('lcs')], [client('bob')]), labOptions(site));
    await runInVirtualTime(site.clock, lab.start());
    await runInVirtualTime(site.clock, site.servers.get('bob')?.stop() ?? Promise.resolve());
    const registering = runInVirtualTime(site.clock, lab.endpoint('bob').register());
    await expect(registering).rejects.toMatchObject({
      code: 'transport',
      message: expect.stringContaining('the container bob does not answer'),
    });
    expect(site.lost).toEqual(['bob: the connection ended']);
    await runInVirtualTime(site.clock, lab.stop()); // what is gone needs no closing
  });
});
