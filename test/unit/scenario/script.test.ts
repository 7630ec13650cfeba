import type { Lab } from '../../../harness/lab/lab';
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

test.each([
  ['answered', 0],
  ['pending', 1],
])('a step that waits for “%s” in vain gives up in the end; other cases have had their turn %d times by its word', async (state, times) => {
  const clock = new VirtualClock();
  const trace = new Recorder(clock);
  const resting = jest.fn();
  const call = { callId: 'x', state: 'calling' };
  const endpoint = { invite: () => call, onInvitation: () => {} };
  const lab = { trace, endpoint: () => endpoint, addressOfRecord: () => 'sip:bob@lab.example' } as unknown as Lab;
  const states = { is: () => false, quietAt: () => undefined, followInvitation: () => {} } as unknown as AttemptStates;
  const [played] = loadScenario(TEXT.replace('is answered', `is ${state}`), 'waiting', '.').cases;
  if (!played) throw new Error('no case');
  const waiting = new Waiting(clock, trace, new AbortController().signal);
  const script = new Script(played, { lab, clock, timers: FAST_TIMERS, states, waiting, token: 'x', patienceMs: 5_000, resting });
  const ended = script.play().catch((error: unknown) => error);
  const pass = async (durationMs: number): Promise<void> => {
    clock.advance(durationMs);
    await new Promise(setImmediate);
  };
  await pass(0);
  expect(resting).toHaveBeenCalledTimes(times);
  await pass(5_000);
  expect(await ended).toBeInstanceOf(StalledScript);
  expect(await ended).toMatchObject({ message: expect.stringContaining(`“call is ${state}”, in vain`) });
  expect(clock.pendingTimers).toBe(0);
});

describe('an order to an endpoint in a process of its own', () => {
  const carol = { address: '10.0.0.2', port: 5060 };
  const [lcs, own, other] = [{ address: '10.0.0.1', port: 5060 }, 'call@carol', 'other@carol'];
  const clock = new VirtualClock();
  afterEach(() => expect(clock.pendingTimers).toBe(0));

  const message = (startLine: string, callId: string, cseq: string): string =>
    `${startLine}\r\nVia: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bK1\r\nFrom: <sip:c@x>;tag=1\r\nTo: <sip:b@x>\r\nCall-ID: ${callId}\r\nCSeq: 1 ${cseq}\r\n\r\n`;
  const CANCEL = message('CANCEL sip:bob@lab.example SIP/2.0', own, 'CANCEL');

  /** Plays an INVITE, the step in question, and another INVITE; the second tells that the step is taken for done. */
  function stage(step: string, { isApart = true, finalStatus }: { isApart?: boolean; finalStatus?: number } = {}) {
    const trace = new Recorder(clock);
    const order = jest.fn();
    const call = { callId: own, state: 'calling', finalStatus, cancel: order, hangUp: order };
    const invite = jest.fn(() => call);
    const endpoint = { address: carol, invite, onInvitation: () => {} };
    const lab = { trace, endpoint: () => endpoint, addressOfRecord: () => 'sip:bob@lab.example', isApart: () => isApart } as unknown as Lab;
    const states = { followInvitation: () => {} } as unknown as AttemptStates;
    const text = TEXT.replace('{ hangUp: call, after: call is answered }', `${step}\n  - carol: { invite: bob, as: again }`);
    const [played] = loadScenario(`${text}  again: [{ observed: 200 }]\n`, 'orders', '.').cases;
    if (!played) throw new Error('no case');
    const waiting = new Waiting(clock, trace, new AbortController().signal);
    const options = { lab, clock, timers: FAST_TIMERS, states, waiting, token: 'x', patienceMs: 5_000, resting: () => {} };
    const asked = clock.now();
    const ended = new Script(played, options).play();
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    const isTaken = async (): Promise<boolean> => {
      await turn();
      return invite.mock.calls.length === 2;
    };
    const seen = (message: string, { source = carol, time = asked } = {}): Promise<boolean> => {
      const [destination, bytes] = [source === carol ? lcs : carol, Buffer.from(message)];
      trace.take({ time: time - asked, point: 'carol', sighting: 'sent', transport: 'udp', source, destination, bytes });
      return isTaken();
    };
    return { isTaken, seen, ended, order, asked };
  }

  test.each([
    ['gives a CANCEL', '{ cancel: call }', CANCEL],
    ['gives a BYE, where the answer crossed it', '{ cancel: call }', message('BYE sip:bob@10.0.0.3 SIP/2.0', own, 'BYE')],
    ['gives a BYE', '{ hangUp: call }', message('BYE sip:bob@10.0.0.3 SIP/2.0', own, 'BYE')],
  ])('%s', async (_, step, done) => {
    const { seen, ended, isTaken, order } = stage(step);
    expect(await isTaken()).toBe(false);
    expect(order).toHaveBeenCalledTimes(1);
    expect(await seen(done)).toBe(true);
    await ended;
  });

  test('is not taken for done by what was sent before, by others, for another call, or for other reasons', async () => {
    const { seen, ended, asked } = stage('{ cancel: call }');
    expect(await seen(CANCEL, { time: asked - 1 })).toBe(false);
    expect(await seen(CANCEL, { source: lcs })).toBe(false);
    expect(await seen(CANCEL.replace(own, other))).toBe(false);
    expect(await seen(message('INVITE sip:bob@lab.example SIP/2.0', own, 'INVITE'))).toBe(false);
    expect(await seen(message('ACK sip:bob@lab.example SIP/2.0', own, 'ACK'))).toBe(false);
    expect(await seen(message('SIP/2.0 180 Ringing', own, 'INVITE'))).toBe(false);
    expect(await seen('no SIP at all')).toBe(false);
    expect(await seen(CANCEL)).toBe(true);
    await ended;
  });

  test('that nothing comes of is not waited for longer than a second', async () => {
    const { ended, isTaken } = stage('{ cancel: call }');
    await isTaken();
    clock.advance(999);
    expect(await isTaken()).toBe(false);
    clock.advance(1);
    expect(await isTaken()).toBe(true);
    await ended;
  });

  test.each([
    ['an endpoint in this process', { isApart: false }],
    ['a cancel that comes too late to be one', { finalStatus: 486 }],
  ])('is not waited for at all: %s', async (_, over) => {
    const { ended, isTaken } = stage('{ cancel: call }', over);
    expect(await isTaken()).toBe(true);
    await ended;
  });
});
