import { AttemptFollower } from '../../../harness/diagnosis/attempt-follower';
import { VirtualClock } from '../../../harness/platform/virtual-clock';
import { InvitationWatch } from '../../../harness/scenario/invitation-watch';
import { Waiting } from '../../../harness/scenario/waiting';
import { Recorder } from '../../../harness/trace/recorder';

/** What an endpoint in another process may come to: it says that it invites, and nothing is seen of it. */
test('an INVITE that is never seen is settled after a horizon, and proves nothing', async () => {
  const clock = new VirtualClock();
  const trace = new Recorder(clock);
  clock.advance(1_000);
  const follower = new AttemptFollower({ horizonMs: 640, timerC: 180_000 });
  const watch = new InvitationWatch({ callId: '', finalStatus: undefined }, clock.now(), follower, {
    trace,
    clock,
    horizonMs: 640,
    loop: undefined,
  });
  const waiting = new Waiting(clock, trace, new AbortController().signal);
  const settled = waiting.until({ holds: () => watch.isSettled(), lookAgainAt: () => watch.quietAt() });
  clock.advance(639);
  expect(watch.isSettled()).toBe(false);
  clock.advance(1);
  await expect(settled).resolves.toBe(true);
  expect(watch.isProven()).toBe(false);
  expect(watch.is('pending')).toBe(false);
  expect(clock.pendingTimers).toBe(0);
});
