import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SocketAddress } from '../../harness/platform/socket-address.js';
import { loadScenario } from '../../harness/scenario/load.js';
import type { RunResult } from '../../harness/scenario/result.js';
import { externalSut, playAgainst, second } from './external';
import { withKamailio } from './kamailio';
import { describeWith, type Program } from './programs';
import { bound, ownAddresses, startSipp } from './sipp';

const DOMAIN = 'lab.example';
const CAROL = { user: 'carol', password: 'carol-secret' };
const DESK = { user: 'desk', password: 'desk-secret' };

/** desk is nobody of the scenario: a telephone that the proxy knows and we do not. */
const CALL_TO_DESK = loadScenario(
  {
    name: 'A call to a telephone of somebody else',
    servers: { lcs: { domain: DOMAIN } },
    participants: { carol: { home: 'lcs' } },
    script: [{ carol: { invite: `sip:desk@${DOMAIN}`, as: 'call' } }],
    expect: { call: [{ observed: 486 }] },
  },
  'desk',
  '.',
).cases;

/** How many calls sipp makes beside ours, ten a second: they go on for longer than ours take. */
const BESIDE = 40;

describeWith(['kamailio', 'sipp'], 'sipp and Kamailio, and our endpoints among them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'busyhere-external-sipp-'));
  const file = join(folder, 'addresses');
  jest.setTimeout(60_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Kamailio that drops the final responses of these networks, and sipp registered with it as desk, which is busy. */
  async function withDesk<T>(
    dropped: readonly string[],
    calls: number,
    work: (lcs: SocketAddress, desk: SocketAddress, callee: Program) => Promise<T>,
  ): Promise<T> {
    const { desk } = ownAddresses('desk');
    writeFileSync(file, `1 192.0.2.0 24 0 nobody\n${dropped.map((net) => `1 ${net.replace('$desk', desk.address)} 0 users\n`).join('')}`);
    return withKamailio(folder, ['WITH_FAULT', `ADDRESS_FILE="${file}"`], async (lcs) => {
      const sipp = { local: desk, remote: lcs, user: 'desk', domain: DOMAIN, folder, boundMs: 50_000 };
      expect(await startSipp({ ...sipp, scenario: 'register', account: DESK }).exited).toBe(0);
      const callee = startSipp({ ...sipp, scenario: 'busy', calls });
      try {
        await bound(desk);
        return await work(lcs, desk, callee);
      } finally {
        await callee.stop('SIGKILL');
      }
    });
  }

  it('sipp as busy callee: its 486 arrives at our originator, and the case passes', async () => {
    const { run, exit } = await withDesk([], 1, async (lcs, _, callee) => ({
      run: await playAgainst(externalSut(lcs), CALL_TO_DESK),
      exit: await callee.exited, // our ACK got there too
    }));
    expect({ ...run.summary, exit }).toMatchObject({ cases: 1, passed: 1, exit: 0 });
    expect(run.cases[0]?.attempts).toMatchObject([
      { label: expect.stringContaining('carol'), observed: 486, finalAtOriginator: 486, loss: null },
    ]);
  });

  it('whose 486 is dropped: we do not see that callee, so nobody says that it was busy', async () => {
    const run = await withDesk(['$desk 32'], 1, (lcs) => playAgainst(externalSut(lcs), CALL_TO_DESK));
    expect(run.cases[0]).toMatchObject({
      status: 'failed',
      attempts: [{ observed: 'ringing', finalAtCallee: null, finalAtOriginator: null }],
    });
  });

  /** sipp calls desk, over and over, while our second invitation is measured. */
  const amidCalls = (dropped: readonly string[]): Promise<{ run: RunResult; exits: unknown }> =>
    withDesk(dropped, BESIDE, async (lcs, _, callee) => {
      const { carol } = ownAddresses('carol');
      const invite = { scenario: 'invite', local: carol, remote: lcs, user: 'desk', domain: DOMAIN, account: CAROL, folder } as const;
      const caller = startSipp({ ...invite, calls: BESIDE });
      await bound(carol);
      const run = await playAgainst(externalSut(lcs));
      return { run, exits: [await caller.exited, await callee.exited] }; // each ends when all its calls have
    });

  it('calls of sipp beside ours: the 486 is delivered to us, and to each of them', async () => {
    const { run, exits } = await amidCalls([]);
    expect({ ...run.summary, exits }).toMatchObject({ cases: 2, passed: 2, exits: [0, 0] });
  });

  it('and where ours alone are dropped, ours alone are pending', async () => {
    const { run, exits } = await amidCalls(['127.84.0.0 16']);
    expect(exits).toEqual([0, 0]);
    for (const one of run.cases) {
      expect(second(one)).toMatchObject({ observed: 'pending', finalAtCallee: 486, finalAtOriginator: null });
      expect(second(one)?.loss).toMatchObject({ kind: 'not-acked', hop: 'lcs', certainty: 'inferred' });
    }
  });
});
