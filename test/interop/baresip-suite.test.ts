import { chooseEndpoints } from '../../harness/scenario/choose-endpoints.js';
import { loadScenarios } from '../../harness/scenario/load.js';
import { runSuite } from '../../harness/scenario/run.js';
import { describeWith } from './programs';

jest.setTimeout(120_000);

const CASES = [
  /second-invitation\[trust=(no-trust|shared-listener),action=voice,bob=(ringing|engaged)\]/,
  /controls\/(message|first-invitation|cancel|no-quirk)\[trust=shared-listener/,
  /two-homes\[trust=fault-at-callees-server,bob=ringing\]/,
];

/** A few cases of every kind; the whole suite is one command away: `busyhere run scenarios/kb834477 --endpoint baresip`. */
describeWith(['baresip'], 'KB834477 with baresip', () => {
  test.each([
    ['as bob', { participants: { bob: 'baresip' } }],
    ['as carol', { participants: { carol: 'baresip' } }],
    ['as everybody', { everybody: 'baresip' }],
  ] as const)('%s: the verdicts are those of our own endpoints', async (_who, endpoints) => {
    const all = loadScenarios(['scenarios/kb834477'], process.cwd()).flatMap(({ cases }) => cases);
    const chosen = all.filter(({ id }) => CASES.some((pattern) => pattern.test(id)));
    const played = chooseEndpoints(chosen, endpoints, { engine: 'udp', external: false });
    const signal = new AbortController().signal;
    const result = await runSuite(
      played,
      { engine: 'udp', sut: 'builtin', timers: 'fast', seed: 1, workers: 4, signal, endpoints },
      () => {},
    );
    const told = result.cases.map(({ id, status, reason }) => [id, status, reason]);
    expect(told).toEqual(chosen.map(({ id }) => [id, 'passed', null]));
  });
});
