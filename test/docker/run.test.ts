import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CaseResult, RunResult } from '../../harness/scenario/result.js';
import { busyhere, resultsIn, temporaryFolder } from './command';
import { describeWithEngine, madeBy } from './engine';

jest.setTimeout(300_000);

/** What a verdict says, without how long it took and where it was written down. */
function verdictOf({ status, attempts }: CaseResult) {
  const verdicts = attempts.map(({ label, observed, finalAtCallee, finalAtOriginator, reached, loss, shown }) => ({
    label,
    observed,
    finalAtCallee,
    finalAtOriginator,
    reached: [...reached].sort(),
    loss: loss && { kind: loss.kind, hop: loss.hop, between: loss.between, certainty: loss.certainty },
    shown,
  }));
  return { status, verdicts };
}

const verdictsOf = ({ cases }: RunResult) => Object.fromEntries(cases.map((one) => [one.id, verdictOf(one)]));

describeWithEngine('the suite of KB834477', () => {
  const folder = temporaryFolder();
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function run(engine: string, ...more: string[]): Promise<RunResult> {
    const path = join(folder, `${engine}.json`);
    const program = busyhere(['run', '--engine', engine, 'scenarios/kb834477', '--reporter', `list,json=${path}`, ...more]);
    const code = await program.exited;
    if (code !== 0) throw new Error(`exit code ${code}: ${program.output}`);
    expect(await madeBy(program)).toEqual([]);
    return resultsIn(path);
  }

  it('has the same verdicts in containers as over loopback and in virtual time, and leaves nothing', async () => {
    const [memory, udp, docker] = [await run('memory'), await run('udp'), await run('docker')];
    expect([udp.summary, docker.summary]).toEqual([memory.summary, memory.summary]);
    expect(verdictsOf(docker)).toEqual(verdictsOf(memory));
    expect(verdictsOf(udp)).toEqual(verdictsOf(memory));
  });

  it('has them with endpoints that are another library, too', async () => {
    const some = ['-g', 'action=voice'];
    const [memory, docker] = [await run('memory', ...some), await run('docker', ...some, '--endpoint', 'sipjs-udp')];
    expect(docker.summary).toMatchObject({ cases: 16, passed: 16 });
    expect(verdictsOf(docker)).toEqual(verdictsOf(memory));
  });
});
