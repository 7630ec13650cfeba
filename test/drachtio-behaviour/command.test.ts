import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from './command.js';

describe('the command', () => {
  let printed = '';

  beforeEach(() => {
    printed = '';
    const keep = (line: string): void => void (printed += `${line}\n`);
    jest.spyOn(console, 'log').mockImplementation(keep);
    jest.spyOn(console, 'error').mockImplementation(keep);
  });

  afterEach(() => jest.restoreAllMocks());

  it('looks for behaviours at the embedded server, and writes what it found', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'busyhere-'));
    const file = join(folder, 'outcomes.json');
    expect(await main(['--grep', '^ping/pong$', '--json', file], {})).toBe(0);
    expect(printed).toMatch(/^ok {7}ping\/pong /);
    expect(printed).toMatch(/embedded server v0\.9\.10 at udp\/127\.0\.0\.1:\d+: 1 passed, 0 failed/);
    const report = JSON.parse(readFileSync(file, 'utf8')) as { summary: unknown; behaviours: unknown[] };
    expect(report.summary).toEqual({ behaviours: 1, passed: 1, failed: 0, differs: 0, skipped: 0 });
    expect(report.behaviours).toMatchObject([{ id: 'ping/pong', status: 'passed', reason: null }]);
    rmSync(folder, { recursive: true });
  });

  it.each([
    [['--nope'], {}, 2, /--nope/],
    [['--grep', '('], {}, 2, /Invalid regular expression/],
    [[], { DRACHTIO_ADDRESS: '127.0.0.1:9022' }, 2, /go together/],
    [['--help'], {}, 0, /Usage: npm run drachtio-behaviour/],
    [['--list', '--grep', '^races/'], {}, 0, /^races\/\S+ {2}.*\(.*(?:recorded|read|own).*\)$/m],
    [['--grep', 'nothing is called so'], {}, 1, /no behaviour matches/],
    [['--grep', 'ping'], { DRACHTIO_ADDRESS: '127.0.0.1:1', DRACHTIO_SIP: '127.0.0.1:1' }, 3, /no drachtio server at 127\.0\.0\.1:1/],
  ])('answers %j with %j by exit code %i', async (args, environment, code, said) => {
    expect(await main(args, environment)).toBe(code);
    expect(printed).toMatch(said);
  });
});
