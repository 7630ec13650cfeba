import type { IncomingCall } from '../../../harness/endpoint/endpoint';
import { Messenger } from '../../../harness/endpoint/messenger/messenger';
import type { OutgoingInvitation } from '../../../harness/endpoint/outgoing-invitation';
import { Telephone } from '../../../harness/endpoint/telephone';
import { UserAgent } from '../../../harness/endpoint/user-agent';
import { MemoryNetwork } from '../../../harness/platform/memory-network';
import { SeededRandom } from '../../../harness/platform/random';
import { VirtualClock } from '../../../harness/platform/virtual-clock';
import { RFC3261_TIMERS } from '../../../harness/transaction/timer-values';
import { addressOf } from './world';

const SEEDS = Number(process.env.BUSYHERE_TEST_SEEDS ?? 200);
const SETTLED = new Set(['rejected', 'cancelled', 'ended', 'failed']);

/** Two agents on a bad network that call each other at random; the outcome is what must hold afterwards. */
async function play(seed: number) {
  const clock = new VirtualClock();
  const random = new SeededRandom(seed);
  const link = () => ({ delayMs: 20, loss: 0.15, duplicate: 0.1, reorder: 0.2, reorderMs: 300 });
  const network = new MemoryNetwork({ clock, random: random.fork('network'), link });
  const outgoing: OutgoingInvitation[] = [];
  const incoming: IncomingCall[] = [];
  let reinvitations = 0;
  const agents = [2, 3].map((host) => {
    const options = { name: `user${host}`, address: addressOf(host), domain: 'lab.example', clock, network, timers: RFC3261_TIMERS };
    const persona = random.below(2) ? new Messenger() : new Telephone();
    return new UserAgent({ ...options, random: random.fork(`agent ${host}`), outbound: addressOf(5 - host) }, persona);
  });
  for (const agent of agents) {
    await agent.start();
    agent.onInvitation((call) => {
      incoming.push(call);
      [() => call.ring(), () => call.answer(), () => call.reject(480), () => call.ignore()][random.below(4)]?.();
    });
  }
  for (let step = 0; step < 12; step++) {
    const agent = agents[random.below(2)];
    const out = outgoing[random.below(outgoing.length)];
    const own = incoming[random.below(incoming.length)];
    const steps = [
      () => agent && outgoing.push(agent.invite('sip:other@lab.example')),
      () => out?.cancel(),
      () => out?.hangUp(),
      () => own?.answer(),
      () => own?.hangUp(),
      () => own?.ring(),
      () => {
        reinvitations += 1;
        void Promise.resolve(out?.reinvite()).then(() => {
          reinvitations -= 1;
        });
      },
      () => agent?.message('sip:other@lab.example', 'hello'),
    ];
    steps[random.below(steps.length)]?.();
    clock.advance(random.below(4000));
    await Promise.resolve();
  }
  for (const call of [...outgoing, ...incoming]) call.hangUp();
  clock.advance(200_000);
  await new Promise(setImmediate);
  const left = agents.map(({ openDialogs, openSessions, openRequests, openTransactions }) => {
    return openDialogs + openSessions + openRequests + openTransactions;
  });
  const unsettled = [...outgoing, ...incoming].map(({ state }) => state).filter((state) => !SETTLED.has(state));
  const finals = outgoing.flatMap(({ finalStatus }) => (finalStatus === undefined ? [] : [finalStatus]));
  const outcome = { left, unsettled, reinvitations, finals, timers: clock.pendingTimers };
  await Promise.all(agents.map((agent) => agent.stop()));
  return outcome;
}

describe('on a network that loses, doubles and reorders', () => {
  it(`all calls come to an end on both sides, and nothing is left (seeds 1 to ${SEEDS})`, async () => {
    const answered = new Set<number>();
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { finals, ...outcome } = await play(seed);
      for (const status of finals) answered.add(status);
      expect({ seed, ...outcome }).toEqual({ seed, left: [0, 0], unsettled: [], reinvitations: 0, timers: 0 });
    }
    expect([...answered].sort()).toEqual([200, 480, 486, 487, 603]); // the scripts did reach all of it
  });
});
