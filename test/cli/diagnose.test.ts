import { createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { runCommandLine } from '../../harness/cli/command-line.js';
import { FakeHost } from './fake-host.js';

const PROVIDED = join(__dirname, '../fixtures/captures/provided');
const HEALTHY = join(PROVIDED, '01-relay-486.pcapng');
const LOST = join(PROVIDED, '12-misdelivered-port.pcapng');

class HostWithInput extends FakeHost {
  constructor(readonly stdin: Readable) {
    super(process.cwd());
  }
}

async function diagnose(args: readonly string[], stdin: Readable = Readable.from([])) {
  const host = new HostWithInput(stdin);
  const code = await runCommandLine(['diagnose', ...args], host);
  return { code, stdout: host.stdout.text, stderr: host.stderr.text };
}

test('a capture in which all is well is exit code 0', async () => {
  const { code, stdout, stderr } = await diagnose([HEALTHY]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('alice 127.0.9.10:5060 → bob 127.0.9.30:5060  delivered  486 Busy Here');
  expect(stdout).toContain('1 attempt in 10 SIP messages: 1 delivered · nothing lost or altered');
});

test('a lost final is exit code 1, with place, reason, usual causes, frame and ladder', async () => {
  const { code, stdout } = await diagnose([LOST]);
  expect(code).toBe(1);
  expect(stdout).toContain('pending  486 Busy Here at the callee, nothing at the originator');
  expect(stdout).toMatch(/lost +misdelivered at 127\.0\.9\.20:5060 \(seen\): /);
  expect(stdout).toMatch(/usually +The hop takes the address/);
  expect(stdout).toMatch(/look at +the Via/);
  expect(stdout).toMatch(/frame +9 of/);
  expect(stdout.match(/486 Busy Here …[^\n]*✗/g)).toHaveLength(1);
});

test.each([['--call-id'], ['--from'], ['--to']])(
  '%s that matches nothing is exit code 2 and said, since nothing was judged',
  async (flag) => {
    const { code, stderr } = await diagnose([LOST, flag, 'nobody']);
    expect([code, stderr]).toEqual([2, 'busyhere: --call-id, --from and --to match no attempt; attempts in all that was read: 1\n']);
    expect((await diagnose([HEALTHY, '--only', 'lost'])).code).toBe(0);
  },
);

test('JSON has the keys of the contract', async () => {
  const { code, stdout } = await diagnose([LOST, '--json']);
  expect(code).toBe(1);
  const parsed = JSON.parse(stdout);
  expect(parsed).toMatchObject({ schemaVersion: 1, captures: [{ name: LOST, messages: 13, problem: null }], notes: [] });
  expect(parsed.attempts).toMatchObject([
    {
      originator: '127.0.9.10:5060',
      callee: '127.0.9.30:5060',
      callIds: ['1-5486@127.0.9.10'],
      outcome: 'pending',
      finalAtCallee: 486,
      finalAtOriginator: null,
      loss: {
        kind: 'misdelivered',
        hop: '127.0.9.20:5060',
        between: null,
        certainty: 'seen',
        reason: expect.stringContaining('5999'),
        frame: 9,
      },
    },
  ]);
});

test('JSON without any attempt is JSON', async () => {
  const { code, stdout } = await diagnose([HEALTHY, '--json', '--only', 'lost']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 1, attempts: [] });
});

test('standard input', async () => {
  const { code, stdout } = await diagnose(['-', '--json'], createReadStream(HEALTHY));
  expect(code).toBe(0);
  expect(JSON.parse(stdout).attempts).toHaveLength(1);
});

test('interrupted while a pipe is open: what came until then is told, and the exit code is 130', async () => {
  const pipe = new PassThrough();
  const host = new HostWithInput(pipe);
  pipe.write(readFileSync(LOST));
  const running = runCommandLine(['diagnose', '-', '--json'], host);
  while (host.interruptCallbacks.length === 0) await new Promise((resolve) => setImmediate(resolve));
  while (pipe.readableLength > 0) await new Promise((resolve) => setImmediate(resolve));
  host.interrupt();
  expect(await running).toBe(130);
  expect(JSON.parse(host.stdout.text)).toMatchObject({ attempts: [{ outcome: 'pending' }], captures: [{ problem: null }], notes: [] });
  expect(host.interruptCallbacks).toEqual([]);
});

test.each([
  [['--only', 'lost'], 1],
  [['--call-id', '1-2280@127.0.9.10'], 1],
  [['--call-id', '1-2280@127.0.9.10', '--call-id', '1-5486@127.0.9.10'], 2],
  [['--call-id', 'nobody'], 0],
  [['--from', 'alice'], 2],
  [['--from', '127.0.9.10:5060', '--to', 'bob'], 2],
  [['--from', '127.0.9.10', '--to', '127.0.9.30'], 2],
  [['--to', 'carol'], 0],
])('%j leaves %i attempts', async (flags, count) => {
  const { stdout } = await diagnose([HEALTHY, LOST, '--json', ...flags]);
  expect(JSON.parse(stdout).attempts).toHaveLength(count);
});

test('--ladder draws every attempt', async () => {
  expect((await diagnose([HEALTHY])).stdout).not.toContain('◀');
  expect((await diagnose([HEALTHY, '--ladder'])).stdout).toContain('◀');
});

test('--html writes a page that needs nothing else, with the ladder of what was lost', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'busyhere-'));
  const { code } = await diagnose([HEALTHY, LOST, '--html', join(folder, 'deep/down')]);
  const page = readFileSync(join(folder, 'deep/down/index.html'), 'utf8');
  rmSync(folder, { recursive: true });
  expect(code).toBe(1);
  expect(page).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
  expect(page).toContain('misdelivered at 127.0.9.20:5060 (seen)');
  expect(page.match(/<pre>/g)).toHaveLength(1);
  expect(page.match(/<b>[^<]*486 Busy Here/g)).not.toBeNull();
  expect(page).not.toMatch(/https?:|<script|[\u0000-\u0008]/);
  expect(page).toContain('2 attempts, 1 lost or altered');
});

test('--html where nothing can be written is exit code 3', async () => {
  expect((await diagnose([HEALTHY, '--html', join(HEALTHY, 'below')])).code).toBe(3);
});

test('--horizon decides what counts as watched long enough', async () => {
  const capture = join(PROVIDED, '04-b2bua-absorbed.pcapng');
  const certainty = async (horizon: string) =>
    JSON.parse((await diagnose([capture, '--json', '--horizon', horizon])).stdout).attempts[0].loss.certainty;
  expect(await certainty('1s')).toBe('inferred');
  expect(await certainty('64T1')).toBe('unknown');
});

describe('what cannot be read', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'busyhere-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test.each([
    ['nowhere.pcap', 'no such file'],
    ['.', 'is a directory'],
    ['empty.pcap', 'is empty'],
    ['text.pcap', 'is no capture'],
  ])('%s is exit code 2', async (name, message) => {
    writeFileSync(join(folder, 'empty.pcap'), '');
    writeFileSync(join(folder, 'text.pcap'), 'this is no capture');
    const { code, stdout, stderr } = await diagnose([join(folder, name)]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });

  test('what a damaged capture still tells is told, with the place of the damage', async () => {
    const path = join(folder, 'damaged.pcapng');
    const whole = readFileSync(LOST);
    writeFileSync(path, Buffer.concat([whole, Buffer.from([6, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0])]));
    const text = await diagnose([path]);
    expect(text.code).toBe(1);
    expect(text.stdout).toContain(`byte ${whole.length}:`);
    const json = await diagnose([path, '--json']);
    expect(JSON.parse(json.stdout).captures[0].problem).toContain(`byte ${whole.length}:`);
    expect(json.stderr).toContain('damaged');
  });

  describe('damaged in the middle, as told by exit code and offset', () => {
    /** Spoils the head of the third packet's block. */
    const damaged = async (capture: string) => {
      const path = join(folder, 'damaged.pcapng');
      const whole = readFileSync(capture);
      let at = 0;
      for (let packets = 0; packets < 3; at += whole.readUInt32LE(at + 4)) if (whole.readUInt32LE(at) === 6) packets += 1;
      whole.fill(0xff, at, at + 8);
      writeFileSync(path, whole);
      return diagnose([path]);
    };

    test('a loss behind the damage is found: exit code 1', async () => {
      const { code, stdout } = await damaged(LOST);
      expect(code).toBe(1);
      expect(stdout).toContain('1 lost or altered');
      expect(stdout.replace(/\s+/g, ' ')).toMatch(/byte \d+: .* the file is damaged here, and nothing up to byte \d+ was read/);
    });

    test('nothing lost in what could be read is not "nothing lost": exit code 2', async () => {
      const { code, stdout } = await damaged(HEALTHY);
      expect(code).toBe(2);
      expect(stdout).toMatch(/nothing lost or altered in what could be read/);
    });

    test('a file that is still being written is none: exit code 0, and its tail is told', async () => {
      const path = join(folder, 'growing.pcapng');
      const whole = readFileSync(HEALTHY);
      const statistics = whole.lastIndexOf(Buffer.from([5, 0, 0, 0]));
      writeFileSync(path, whole.subarray(0, statistics + 10));
      const { code, stdout } = await diagnose([path]);
      expect({ code, told: /byte \d+: the file ends within a record/.test(stdout.replace(/\s+/g, ' ')) }).toEqual({ code: 0, told: true });
      const json = JSON.parse((await diagnose([path, '--json'])).stdout);
      expect(json.captures).toMatchObject([{ problem: null, unfinished: expect.stringContaining('still being written') }]);
    });
  });

  test('a capture of which nothing can be read is not one in which nothing was lost', async () => {
    const path = join(folder, 'damaged.pcapng');
    writeFileSync(path, readFileSync(LOST).subarray(0, 300));
    expect((await diagnose([path])).code).toBe(2);
  });

  test.each([[[]], [['-', HEALTHY]], [[HEALTHY, '--only', 'won']], [[HEALTHY, '--horizon', 'soon']]])('%j is exit code 2', async (args) => {
    expect((await diagnose(args)).code).toBe(2);
  });
});

describe('messages as proof', () => {
  const CHALLENGED = join(PROVIDED, '24-auth-407-then-486.pcapng');
  const secretsOf = (path: string): string[] => {
    const whole = readFileSync(path, 'latin1');
    return [...whole.matchAll(/\b(?:response|cnonce)="?([0-9A-Za-z+/=]{6,})"?/g)].map(([, secret]) => secret as string);
  };

  test('the INVITE and the lost final are shown in full, in every form', async () => {
    const { stdout } = await diagnose([LOST, '--messages']);
    expect(stdout).toMatch(/INVITE, 127\.0\.9\.10:5060 → 127\.0\.9\.20:5060, frame \d+ of/);
    expect(stdout).toMatch(/486 Busy Here, 127\.0\.9\.20:5060 → 127\.0\.9\.10:5999, frame 9 of/);
    expect(stdout).toMatch(/^ {6}SIP\/2\.0 486 Busy Here$/m);
    expect(stdout).toMatch(/^ {6}Call-ID: 1-5486@127\.0\.9\.10$/m);
    const [attempt] = JSON.parse((await diagnose([LOST, '--messages', '--json'])).stdout).attempts;
    expect(attempt.messages.map(({ label }: { label: string }) => label)).toEqual(['INVITE', '486 Busy Here']);
    expect(attempt.messages[1].lines[0]).toBe('SIP/2.0 486 Busy Here');
  });

  test('without the flag no message is shown', async () => {
    expect((await diagnose([LOST, '--ladder'])).stdout).not.toContain('SIP/2.0');
    expect(JSON.parse((await diagnose([LOST, '--json'])).stdout).attempts[0]).not.toHaveProperty('messages');
  });

  test.each([[['--ladder']], [['--json']]])('credentials are masked, and shown when asked for: %j', async (form) => {
    const secrets = secretsOf(CHALLENGED);
    expect(secrets.length).toBeGreaterThan(0);
    const masked = (await diagnose([CHALLENGED, '--messages', ...form])).stdout;
    expect(masked).toMatch(/Authorization: Digest [^\n]*response=\*\*\*/);
    for (const secret of secrets) expect(masked).not.toContain(secret);
    const bare = (await diagnose([CHALLENGED, '--messages', '--show-credentials', ...form])).stdout;
    expect(secrets.some((secret) => bare.includes(secret))).toBe(true);
  });

  test('credentials are masked in the page too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'busyhere-'));
    await diagnose([CHALLENGED, '--messages', '--ladder', '--html', folder]);
    const page = readFileSync(join(folder, 'index.html'), 'utf8');
    rmSync(folder, { recursive: true });
    expect(page).toContain('response=***');
    for (const secret of secretsOf(CHALLENGED)) expect(page).not.toContain(secret);
  });

  test('--show-credentials alone is exit code 2', async () => {
    expect((await diagnose([CHALLENGED, '--show-credentials'])).code).toBe(2);
  });

  test('what strangers wrote into a capture does not drive the terminal, wherever it is shown', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'busyhere-'));
    let spoilt = readFileSync(CHALLENGED, 'latin1');
    // Of the same length each, in all that is shown: phrase, users, Call-ID, and what stands in messages only.
    for (const [found, evil] of [
      [/Busy Here/g, 'B\u001b[31m\u0007\u009b2'],
      [/sip:alice@/g, 'sip:a\u001b[2J@'],
      [/sip:bob@/g, 'sip:b\u0007\u0008@'],
      [/(Call-ID: .)../g, '$1\u001b]'],
      [/(CSeq: \d )INV(?=ITE\r)/g, '$1INV'],
      [/Max-Forwards: 70/g, 'Max-F\u001b]0;xx\u0007: 70'],
    ] as const)
      spoilt = spoilt.replace(found, evil);
    expect(spoilt.length).toBe(readFileSync(CHALLENGED).length);
    const path = join(folder, 'bell.pcapng');
    writeFileSync(path, Buffer.from(spoilt, 'latin1'));
    const shown = (await diagnose([path, '--ladder', '--messages'])).stdout;
    const json = (await diagnose([path, '--json', '--messages'])).stdout;
    const quiet = (await diagnose([path, '--ladder'])).stdout;
    rmSync(folder, { recursive: true });
    for (const text of [shown, quiet, json]) {
      expect(text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
      expect(text).toContain('[31m');
    }
    expect(shown).toContain('Max-F\\x1b]0;xx\\x07: 70');
  });
});
