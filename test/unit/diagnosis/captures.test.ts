import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Attempt } from '../../../harness/diagnosis/attempt.js';
import { diagnoseCaptures } from '../../../harness/diagnosis/diagnose-captures.js';
import { formatSocketAddress } from '../../../harness/platform/socket-address.js';

interface Truth {
  readonly originator: string;
  readonly callee: string;
  readonly callIds: readonly string[];
  readonly hops: readonly string[];
  readonly outcome: string;
  readonly finalAtCallee: number | null;
  readonly finalAtOriginator: number | null;
  readonly lostAt: { readonly host: string | null; readonly kind: string };
  readonly acceptable?: readonly string[];
  readonly acceptable_outcomes?: readonly string[];
  readonly brokenBy?: string;
  readonly inconclusive?: boolean;
}

interface TruthFile {
  readonly captures: Readonly<Record<string, { readonly files: readonly string[]; readonly attempts: readonly Truth[] }>>;
}

const FIXTURES = join(__dirname, '../../fixtures/captures');

describe.each(['provided', 'made'])('captures %s', (folder) => {
  const truth = JSON.parse(readFileSync(join(FIXTURES, folder, 'truth.json'), 'utf8')) as TruthFile;

  test.each(Object.entries(truth.captures))('%s is judged as it was', async (_name, { files, attempts: wanted }) => {
    const paths = files.map((file) => join(FIXTURES, folder, file));
    const { attempts, captures } = await diagnoseCaptures(paths, { standardInput: Readable.from([]) });
    expect(captures.map(({ problem }) => problem)).toEqual(files.map(() => null));
    expect(attempts).toHaveLength(wanted.length);
    for (const want of wanted) expectVerdict(attempts, want);
  });
});

function expectVerdict(attempts: readonly Attempt[], want: Truth): void {
  const attempt =
    want.callIds.length === 0 ? attempts[0] : attempts.find(({ callIds }) => callIds.some((callId) => want.callIds.includes(callId)));
  if (!attempt) throw new Error(`no attempt with ${want.callIds.join()}`);
  const { outcome, loss, callee, hops, finalAtCallee, finalAtOriginator } = attempt;
  expect([want.outcome, ...(want.acceptable_outcomes ?? [])]).toContain(outcome);
  expect([want.lostAt.kind, ...(want.acceptable ?? [])]).toContain(loss?.kind ?? 'none');
  expect(attempt.callIds).toEqual(want.callIds);
  expect(callee && formatSocketAddress(callee)).toBe(want.callee);
  if (want.inconclusive) return;
  expect(formatSocketAddress(attempt.originator)).toBe(want.originator);
  expect({ finalAtCallee, finalAtOriginator }).toEqual({ finalAtCallee: want.finalAtCallee, finalAtOriginator: want.finalAtOriginator });
  expect(hops.map(formatSocketAddress)).toEqual(want.hops);
  if (loss && loss.kind === want.lostAt.kind) expect(loss.hop && formatSocketAddress(loss.hop)).toBe(want.lostAt.host);
}
