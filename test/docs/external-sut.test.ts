import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSutConfig } from '../../harness/scenario/sut-config.js';
import { BUSY_SCENARIO } from '../interop/external';
import { readInterop, withBlocks } from './external-sut-page';
import { pageOf } from './generated-page';

const NAME = 'external-sut.md';
const written = readFileSync(join(__dirname, '..', '..', 'docs', NAME), 'utf8');

test('docs/external-sut.md shows the files that the tests play with; UPDATE_DOCS=1 npx jest test/docs writes them anew', () => {
  const page = withBlocks(written, { 'busy.yaml': BUSY_SCENARIO, 'registrar.cfg': readInterop('kamailio', 'registrar.cfg') });
  expect(pageOf(NAME, page)).toBe(page);
});

test('every block that a test holds fresh is on the page', () => {
  for (const name of ['busy.yaml', 'registrar.cfg'])
    expect(withBlocks(written, { [name]: 'something else' })).toMatch(/```\w*\nsomething else\n```/);
});

describe('the files of --sut-config on the page can be read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'busyhere-docs-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const blocks = [...written.matchAll(/```yaml\n(address:[\s\S]*?)```/g)].map(([, text]) => text ?? '');

  test('there are two', () => expect(blocks).toHaveLength(2));

  test.each(blocks)('%#', (text) => {
    writeFileSync(join(folder, 'proxy.yaml'), text);
    const config = readSutConfig(join(folder, 'proxy.yaml'), 'proxy.yaml', { PROXY_PASSWORD: 'x' });
    expect(config.accounts['*']?.password).toMatch(/x|\$name-secret/);
  });
});
