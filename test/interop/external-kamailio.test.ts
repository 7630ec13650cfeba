import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunResult } from '../../harness/scenario/result.js';
import { externalSut, playAgainst, second } from './external';
import { withKamailio } from './kamailio';
import { describeWith } from './programs';

describeWith(['kamailio'], 'Kamailio as the proxy that runs already', () => {
  const folder = mkdtempSync(join(tmpdir(), 'busyhere-kamailio-'));
  const addresses = join(folder, 'addresses');
  jest.setTimeout(60_000);

  beforeAll(() => writeFileSync(addresses, '1 127.84.0.0 16 0 users\n'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const play = (definitions: readonly string[] = []): Promise<RunResult> =>
    withKamailio(folder, definitions, (address) => playAgainst(externalSut(address)));

  it('registers everybody by its digest and delivers the 486', async () => {
    const { cases, summary, sut } = await play();
    expect({ sut, ...summary }).toMatchObject({ sut: 'external', cases: 2, passed: 2 });
    for (const one of cases) {
      expect(second(one)).toMatchObject({ observed: 486, finalAtCallee: 486, finalAtOriginator: 486, reached: ['bob'], loss: null });
      expect(one.journal).toEqual([]);
    }
  });

  it('that takes out the header by which we know our calls is understood all the same', async () => {
    const { summary } = await play(['WITHOUT_MARKER']);
    expect(summary).toMatchObject({ cases: 2, passed: 2 });
  });

  it('that drops replies of trusted addresses leaves the invitation pending: not ACKed at the proxy, as concluded', async () => {
    const { cases, horizonMs } = await play(['WITH_FAULT', `ADDRESS_FILE="${addresses}"`]);
    expect(horizonMs).toBe(2_000);
    for (const one of cases) {
      const attempt = second(one);
      expect(attempt).toMatchObject({ observed: 'pending', finalAtCallee: 486, finalAtOriginator: null, reached: ['bob'], shown: null });
      expect(attempt?.loss).toMatchObject({ kind: 'not-acked', hop: 'lcs', certainty: 'inferred' });
      expect(one.status).toBe('failed');
    }
  });
});
