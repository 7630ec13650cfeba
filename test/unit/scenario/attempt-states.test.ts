import { VirtualClock } from '../../../harness/platform/virtual-clock.js';
import { AttemptStates } from '../../../harness/scenario/attempt-states.js';
import { Recorder } from '../../../harness/trace/recorder.js';
import { TraceBuilder } from '../diagnosis/trace-builder';

const HORIZON_MS = 640;

/** A proxy absorbs a 486; its neighbour's Timer C ends the call in the end. Everything becomes known at once, and late. */
test('what came after a moment bears on nothing that is said of it, however late that moment became known', () => {
  const clock = new VirtualClock();
  const trace = new Recorder(clock);
  const story = new TraceBuilder();
  const [alice, east, west] = [story.host('alice', '10.0.0.1'), story.host('east', '10.0.0.2'), story.host('west', '10.0.0.3')];
  const bob = story.host('bob', '10.0.0.4');
  const states = new AttemptStates({ trace, clock, horizonMs: HORIZON_MS, timerC: 3_620, loop: undefined });
  states.followInvitation('first', { callId: 'call-of-alice', finalStatus: undefined });
  const first = story.invite(alice, east);
  const second = first.forward(west);
  second.forward(bob).ring().busy().ack();
  second.ring();
  first.ring();
  const absorbedAt = story.now;
  story.wait(3_000);
  first.respond(408, 'Request Timeout').ack();

  clock.advance(story.now + 10);
  for (const { sequence: _, ...seen } of story.events) trace.take(seen);

  expect([states.is('first', 'rejected'), states.is('first', 'pending')]).toEqual([true, false]);
  const [early, proven] = [states.asOf(absorbedAt + HORIZON_MS - 10), states.asOf(absorbedAt + HORIZON_MS)];
  expect([early.isSettled('first'), early.is('first', 'pending')]).toEqual([false, false]);
  expect([proven.isSettled('first'), proven.is('first', 'pending'), proven.isProven('first')]).toEqual([true, true, true]);
  expect(states.asOf(story.now).is('first', 'rejected')).toBe(true);
});
