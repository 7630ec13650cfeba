import { observedOf } from '../../../harness/diagnosis/attempt.js';
import { AttemptFollower } from '../../../harness/diagnosis/attempt-follower.js';
import { diagnose } from '../../../harness/diagnosis/diagnose.js';
import { TraceBuilder } from './trace-builder.js';

const OPTIONS = { horizonMs: 640, timerC: 3600 };

function setUp() {
  const trace = new TraceBuilder();
  const hosts = { alice: trace.host('alice', '10.0.0.1'), lcs: trace.host('lcs', '10.0.0.2'), bob: trace.host('bob', '10.0.0.3') };
  const follower = new AttemptFollower(OPTIONS);
  let fed = 0;
  const now = () => {
    for (; fed < trace.events.length; fed++) follower.add(trace.events[fed] as (typeof trace.events)[number]);
    return follower.attempt('call-of-alice', trace.now);
  };
  return { trace, ...hosts, now };
}

test('an attempt is followed from its INVITE to the end of its horizon', () => {
  const { trace, alice, lcs, bob, now } = setUp();
  expect(now()).toBeUndefined();
  const first = trace.invite(alice, lcs);
  expect(now()).toMatchObject({ outcome: 'ringing', branchesOpen: true, lastBranchEndedAt: null });
  const second = first.forward(bob).ring();
  first.ring();
  expect(now()?.callee).toEqual(bob.address);
  second.busy();
  const ended = now();
  expect(ended).toMatchObject({ branchesOpen: false, finalAtCallee: 486, finalAtOriginator: null });
  expect(ended?.lastBranchEndedAt).toBe(trace.now - 2);
  second.ack();
  trace.wait(640);
  expect(now()).toMatchObject({ outcome: 'pending', loss: { kind: 'swallowed', certainty: 'seen' } });
});

test('a final counts when the originator has ACKed it, not when it arrives', () => {
  const { trace, alice, lcs, now } = setUp();
  const first = trace.invite(alice, lcs).busy();
  expect(now()?.finalAtOriginator).toBeNull();
  first.ack();
  expect(now()?.finalAtOriginator).toBe(486);
});

test('what it says at the end is what diagnose says', () => {
  const { trace, alice, lcs, bob, now } = setUp();
  const first = trace.invite(alice, lcs);
  first.forward(bob).ring().busyRepeated(3);
  trace.wait(640);
  const [attempt] = diagnose(trace.events, { ...OPTIONS, end: trace.now });
  expect(now()).toEqual(attempt);
  expect(attempt && observedOf(attempt)).toBe('pending');
});
