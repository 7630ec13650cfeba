import { ContainerLab } from '../../../../harness/lab/container/container-lab.js';
import { ControlServer } from '../../../../harness/lab/container/control-server.js';
import { CONTROL_PORT } from '../../../../harness/lab/container/standing-lab.js';
import { delay } from '../../../../harness/platform/clock.js';
import { runInVirtualTime } from '../../../../harness/platform/virtual-time.js';
import { labOptions, MemorySite, TOKEN } from './memory-site';
import { client, server, topology } from './topologies';

const BOB = '10.0.0.20';
const ASKED = topology([server('lcs')], [client('bob')]);

async function stage(signal?: AbortSignal): Promise<MemorySite> {
  const site = new MemorySite(signal);
  await runInVirtualTime(
    site.clock,
    (async () => {
      await site.add('proxy', 'server', '10.0.0.10');
      await site.add('bob', 'participant', BOB);
    })(),
  );
  return site;
}

const started = async (site: MemorySite): Promise<ContainerLab> => {
  const lab = new ContainerLab(ASKED, labOptions(site));
  await runInVirtualTime(site.clock, lab.start());
  return lab;
};

describe('a container that hangs', () => {
  it('fails the site after ten seconds, and whoever waits for it is told', async () => {
    const site = await stage();
    const lab = await started(site);
    site.hang(BOB);
    const since = site.clock.now();
    await expect(runInVirtualTime(site.clock, lab.caughtUp())).rejects.toMatchObject({
      code: 'environment',
      message: 'the container bob does not answer any more: it has said nothing for 10 s',
      hint: expect.stringContaining('paused'),
    });
    expect(site.clock.now() - since).toBeLessThan(13_000);
    expect(site.site.failure.aborted).toBe(true);
    await runInVirtualTime(site.clock, lab.stop()); // it asks bob to close, who is not waited for
    await runInVirtualTime(site.clock, site.site.stop());
    expect(site.lost).toEqual([]);
  });

  it('fails the site although nobody asks it for anything', async () => {
    const site = await stage();
    site.hang(BOB);
    await runInVirtualTime(site.clock, delay(site.clock, 13_000));
    expect(site.site.failure.reason).toMatchObject({ message: expect.stringContaining('the container bob does not answer any more') });
  });

  it('is not one that takes long for what it was asked', async () => {
    const site = await stage();
    const lab = new ContainerLab(
      { ...ASKED, links: [{ between: ['bob', 'lcs'] as const, quality: { delayMs: 0, loss: 1 } }] },
      labOptions(site),
    );
    const since = site.clock.now();
    await expect(runInVirtualTime(site.clock, lab.start())).rejects.toThrow('could not register');
    expect(site.clock.now() - since).toBeGreaterThan(30_000); // 64·T1
    expect(site.site.failure.aborted).toBe(false);
  });

  it('does not keep an interrupted run from ending', async () => {
    const interruption = new AbortController();
    const site = await stage(interruption.signal);
    const lab = await started(site);
    site.hang(BOB);
    const since = site.clock.now();
    const knowing = lab.caughtUp();
    interruption.abort();
    await expect(knowing).rejects.toMatchObject({ code: 'interrupted' });
    await runInVirtualTime(site.clock, lab.stop());
    expect(site.clock.now() - since).toBeLessThan(3_000);
    expect(site.site.failure.aborted).toBe(false);
    await runInVirtualTime(site.clock, site.stop());
    while (site.clock.step()); // what was under way when they let go
    expect([site.clock.pendingTimers, site.streams.openEnds]).toEqual([0, 0]);
  });

  it('is noticed before it says its first word', async () => {
    const site = await stage();
    const mute = new ControlServer({
      ...{ clock: site.clock, streams: site.streams, network: site.network, token: TOKEN },
      local: { address: '10.0.0.21', port: CONTROL_PORT },
      role: { role: 'endpoint', name: 'mute' },
    });
    await mute.start();
    const place = { name: 'carol', kind: 'participant', address: '10.0.0.21', controlPort: CONTROL_PORT, token: TOKEN } as const;
    const reaching = site.site.reach(place, () => {});
    await Promise.resolve();
    site.hang(place.address);
    await expect(runInVirtualTime(site.clock, reaching)).rejects.toThrow('the container carol does not answer any more');
    await runInVirtualTime(site.clock, mute.stop());
  });
});

describe('a capture that shows nothing more', () => {
  it('ends the waiting for it, with the reason', async () => {
    const site = await stage();
    const lab = await started(site);
    site.deafen(BOB);
    await expect(runInVirtualTime(site.clock, lab.caughtUp())).rejects.toThrow('the capture beside bob did not show');
    await runInVirtualTime(site.clock, lab.stop());
    await runInVirtualTime(site.clock, site.stop());
  });
});
