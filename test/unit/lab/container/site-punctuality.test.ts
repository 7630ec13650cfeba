import { SitePunctuality } from '../../../../harness/lab/container/site-punctuality.js';
import { VirtualClock } from '../../../../harness/platform/virtual-clock.js';

test('lateness of containers is placed on the harness’s clock, and counts for who does not forgive so much', () => {
  const clock = new VirtualClock();
  const site = new SitePunctuality(clock);
  const patient = site.tolerating(160);
  clock.advance(1_000);
  site.late(clock.wallTime() - 300, 120); // it was told later than it was noticed
  expect([site.lastLateAt, site.worstSince(700), site.worstSince(701)]).toEqual([700, 120, 0]);
  expect([patient.toleranceMs, patient.lastLateAt, patient.worstSince(0)]).toEqual([160, Number.NEGATIVE_INFINITY, 0]);
  site.late(clock.wallTime(), 200);
  expect([patient.lastLateAt, patient.worstSince(0)]).toEqual([1_000, 200]);
});
