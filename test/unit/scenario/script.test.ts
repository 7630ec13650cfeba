import type { Lab } from '../../../harness/lab/lab';
import type { SocketAddress } from '../../../harness/platform/socket-address';
import { VirtualClock } from '../../../harness/platform/virtual-clock';
import type { AttemptStates } from '../../../harness/scenario/attempt-states';
import { loadScenario } from '../../../harness/scenario/load';
import { Script, StalledScript } from '../../../harness/scenario/script';
import { Waiting } from '../../../harness/scenario/waiting';
import { Recorder } from '../../../harness/trace/recorder';
import { FAST_TIMERS } from '../../../harness/transaction/timer-values';

const TEXT = `
name: waiting
servers: { lcs: { domain: lab.example } }
participants: { bob: { home: lcs }, carol: { home: lcs } }
script:
  - carol: { invite: bob, as: call }
  - carol: { hangUp: call, after: call is answered }
expect:
  call: [{ observed: 200 }]
`;

test('a step that waits for long lets other cases have their turn, and gives up in the end', async () => {
  const clock = new VirtualClock();
  const trace = new Recorder(clock);
  const resting = jest.fn();
  const call = { callId: 'x', state: 'calling' };
  const endpoint = { invite: () => call, onInvitation: () => {} };
  const lab = { trace, endpoint: () => endpoint, addressOfRecord: () => 'sip:bob@lab.example' } as unknown as Lab;
  const states = { is: () => false, quietAt: () => undefined, followInvitation: () => {} } as unknown as AttemptStates;
  const [played] = loadScenario(TEXT, 'waiting', '.').cases;
  if (!played) throw new Error('no case');
  const waiting = new Waiting(clock, trace, new AbortController().signal);
  const script = new Script(played, { lab, clock, timers: FAST_TIMERS, states, waiting, token: 'x', patienceMs: 5_000, resting });
  const ended = script.play().catch((error: unknown) => error);
  const pass = async (durationMs: number): Promise<void> => {
    clock.advance(durationMs);
    await new Promise(setImmediate);
  };
  await pass(0);
  await pass(999);
  expect(resting).not.toHaveBeenCalled();
  await pass(1);
  expect(resting).toHaveBeenCalledTimes(1);
  await pass(4_000);
  expect(await ended).toBeInstanceOf(StalledScript);
  expect(await ended).toMatchObject({ message: expect.stringContaining('“call is answered”, in vain') });
  expect(clock.pendingTimers).toBe(0);
});

const TWO_STEPS = TEXT.replace('hangUp: call, after: call is answered', 'hangUp: call }\n  - carol: { invite: bob, as: again').replace(
  'expect:',
  'expect:\n  again: [{ observed: 200 }]',
);

test('a step is taken when something is heard of the one before, and not by what a capture shows of before', async () => {
  const clock = new VirtualClock();
  const trace = new Recorder(clock);
  const [carol, lcs] = [
    { address: '10.0.0.2', port: 5060 },
    { address: '10.0.0.1', port: 5060 },
  ];
  const invite = jest.fn(() => ({ callId: 'x', state: 'calling', hangUp: () => {} }));
  const endpoint = { address: carol, invite, onInvitation: () => {} };
  const lab = { trace, endpoint: () => endpoint, addressOfRecord: () => 'sip:bob@lab.example' } as unknown as Lab;
  const states = { followInvitation: () => {} } as unknown as AttemptStates;
  const [played] = loadScenario(TWO_STEPS, 'waiting', '.').cases;
  if (!played) throw new Error('no case');
  const waiting = new Waiting(clock, trace, new AbortController().signal);
  const options = { lab, clock, timers: FAST_TIMERS, states, waiting, token: 'x', patienceMs: 5_000, resting: () => {} };
  const sent = async (source: SocketAddress, destination: SocketAddress, time: number): Promise<void> => {
    trace.take({ time, point: 'carol', sighting: 'sent', transport: 'udp', source, destination, bytes: Buffer.from('BYE') });
    await new Promise(setImmediate);
  };
  clock.advance(10);
  const ended = new Script(played, options).play();
  await new Promise(setImmediate);
  await sent(carol, lcs, 9);
  await sent(lcs, carol, 10);
  expect(invite).toHaveBeenCalledTimes(1);
  await sent(carol, lcs, 10);
  expect(invite).toHaveBeenCalledTimes(2);
  await ended;
  expect(clock.pendingTimers).toBe(0);
});
