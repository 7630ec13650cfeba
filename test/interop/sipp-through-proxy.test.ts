import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { diagnose } from '../../harness/diagnosis/diagnose.js';
import { diagnoseCaptures } from '../../harness/diagnosis/diagnose-captures.js';
import { SeededRandom } from '../../harness/platform/random.js';
import { SystemClock } from '../../harness/platform/system-clock.js';
import { UdpNetwork } from '../../harness/platform/udp-network.js';
import { SipProxy } from '../../harness/proxy/proxy.js';
import { Recorder } from '../../harness/trace/recorder.js';
import { RFC3261_TIMERS } from '../../harness/transaction/timer-values.js';
import type { JournalEntry } from '../../harness/trust/decision.js';
import type { TrustSettings } from '../../harness/trust/trust-settings.js';
import { Capture, type WireMessage } from './capture';
import { describeWith } from './programs';
import { bound, ownAddresses, startSipp } from './sipp';

const DOMAIN = 'lab.example';
const BOB = { user: 'bob', password: 'bob-secret' };
const CAROL = { user: 'carol', password: 'carol-secret' };

/** How long the originator's patience lasts (`invite.xml`), and with it our own: sipp's timers are not ours to scale. */
const HORIZON_MS = 3_500;

const HEALTHY: TrustSettings = { listeners: [{ name: 'default' }], hosts: [], quirks: ['lcs2003'] };
const FAULTY: TrustSettings = {
  listeners: [{ name: 'default', treatAllConnectionsAsTrusted: true, treatAllConnectionsAsServer: true }],
  hosts: [],
  quirks: ['lcs2003'],
};

/** sipp registers bob, waits as busy bob, and invites bob as carol, through our proxy; all of it captured on the wire. */
async function secondInvitation(folder: string, trust: TrustSettings) {
  const { carol, lcs, bob } = ownAddresses('carol', 'lcs', 'bob');
  const [clock, sockets] = [new SystemClock(), new UdpNetwork()];
  const recorder = new Recorder(clock);
  const journal: JournalEntry[] = [];
  const proxy = new SipProxy({
    name: 'lcs',
    clock,
    random: new SeededRandom(1),
    network: recorder.network('lcs', sockets),
    timers: RFC3261_TIMERS,
    domain: DOMAIN,
    trust,
    peers: [],
    accounts: [BOB, CAROL],
    routes: [],
    listeners: [{ name: 'default', address: lcs }],
    digestAlgorithms: ['MD5'], // all that this sipp can answer
    journal: (entry) => journal.push(entry),
  });
  const capture = await Capture.start(folder, lcs.address, lcs);
  await proxy.start();
  try {
    const sipp = { remote: lcs, domain: DOMAIN, folder };
    const registration = startSipp({ ...sipp, scenario: 'register', local: bob, user: 'bob', account: BOB });
    expect(await registration.exited).toBe(0);
    expect(proxy.bindings).toBe(1);
    const callee = startSipp({ ...sipp, scenario: 'busy', local: bob, user: 'bob' });
    await bound(bob);
    const originator = startSipp({ ...sipp, scenario: 'invite', local: carol, user: 'bob', account: CAROL });
    const codes = [await originator.exited, await callee.exited];
    const options = { horizonMs: HORIZON_MS, timerC: RFC3261_TIMERS.timerC, end: recorder.elapsed };
    const attempts = diagnose(recorder.events, options);
    await proxy.stop();
    const left = { sockets: sockets.openSockets, timers: clock.pendingTimers };
    const wire = await capture.stop();
    const captured = (await diagnoseCaptures([capture.file], { standardInput: Readable.from([]), horizonMs: HORIZON_MS })).attempts;
    return { carol, lcs, bob, codes, attempts, captured, journal, wire, left };
  } finally {
    await proxy.stop();
  }
}

/** The messages from one to another that tell an INVITE's fate, each once however often it was sent. */
function between(wire: readonly WireMessage[], source: { address: string }, destination: { address: string }): string[] {
  const seen = wire
    .filter((message) => message.source === source.address && message.destination === destination.address)
    .filter(({ cseq }) => / (INVITE|ACK)$/.test(cseq))
    .map(({ what, cseq }) => `${what} (${cseq})`);
  return [...new Set(seen)];
}

describeWith(['sipp', 'tcpdump', 'tshark', 'root'], 'sipp as originator and as busy callee through our proxy', () => {
  const folder = mkdtempSync(join(tmpdir(), 'busyhere-interop-'));
  jest.setTimeout(60_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('without the fault: the 486 arrives, says the verdict, and says the wire', async () => {
    const { carol, lcs, bob, codes, attempts, captured, wire, left } = await secondInvitation(folder, HEALTHY);
    const delivered = { outcome: 'delivered', finalAtCallee: 486, finalAtOriginator: 486, loss: null };
    expect(codes).toEqual([0, 0]);
    expect(attempts).toEqual([expect.objectContaining({ ...delivered, originator: carol, callee: bob, hops: [lcs] })]);
    expect(captured).toEqual([expect.objectContaining({ ...delivered, originator: carol, callee: bob, hops: [lcs] })]);

    expect(between(wire, carol, lcs)).toEqual(['INVITE (1 INVITE)', 'ACK (1 ACK)', 'INVITE (2 INVITE)', 'ACK (2 ACK)']);
    expect(between(wire, lcs, carol).filter((what) => !what.startsWith('100'))).toEqual(['407 (1 INVITE)', '486 (2 INVITE)']);
    expect(between(wire, bob, lcs)).toEqual(['486 (2 INVITE)']);
    expect(between(wire, lcs, bob)).toEqual(['INVITE (2 INVITE)', 'ACK (2 ACK)']);
    expect(left).toEqual({ sockets: 0, timers: 0 });
  });

  it('with the fault: the invitation stays pending, says the verdict, and says the wire', async () => {
    const { carol, lcs, bob, codes, attempts, captured, journal, wire, left } = await secondInvitation(folder, FAULTY);
    expect(codes).toEqual([0, 0]);
    const pending = { outcome: 'pending', finalAtCallee: 486, finalAtOriginator: null, originator: carol, callee: bob };
    const swallowed = { kind: 'swallowed', hop: lcs, status: 486 };
    const seen = expect.objectContaining({ ...swallowed, certainty: 'seen' });
    expect(attempts).toEqual([expect.objectContaining({ ...pending, loss: seen })]);
    // A capture ends with its last packet: that nobody sent anything afterwards does not stand in it.
    const untold = expect.objectContaining({ ...swallowed, certainty: 'unknown' });
    expect(captured).toEqual([expect.objectContaining({ ...pending, loss: untold })]);
    expect(journal.filter(({ decision }) => decision.startsWith('absorb'))).toHaveLength(1);

    expect(between(wire, carol, lcs)).toEqual(['INVITE (1 INVITE)']);
    expect(between(wire, lcs, carol).filter((what) => !what.startsWith('100'))).toEqual([]);
    expect(between(wire, bob, lcs)).toEqual(['486 (1 INVITE)']);
    expect(between(wire, lcs, bob)).toEqual(['INVITE (1 INVITE)', 'ACK (1 ACK)']);
    expect(left).toEqual({ sockets: 0, timers: 0 });
  });
});
