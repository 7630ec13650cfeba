import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkMessage } from '../../harness/sip/check-message.js';
import type { SipMessage } from '../../harness/sip/message.js';
import { parseMessage } from '../../harness/sip/parse-message.js';
import { FACTS } from './torture-facts.js';

interface Entry {
  readonly file: string;
  readonly section: string;
  readonly title: string;
  readonly kind: SipMessage['kind'];
  readonly parser: 'accept' | 'reject' | 'either';
  readonly preferred?: 'accept' | 'reject';
  readonly outcomes: readonly string[];
  readonly fault?: { readonly where: readonly string[] };
  readonly wireFile?: string;
  readonly size: number;
  readonly sha256: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

const FIXTURES = join(__dirname, '..', 'fixtures', 'torture');

function readDatagram(folder: string, file: string): Buffer {
  return readFileSync(join(FIXTURES, folder, file));
}

/** The parser and the check of the headers, as an element applies them one after the other. */
function judge(datagram: Buffer): { message: SipMessage | undefined; refusal?: { status?: number; header?: string; reason: string } } {
  const parsed = parseMessage(datagram);
  if (!parsed.ok) return { message: parsed.error.message, refusal: parsed.error };
  const fault = checkMessage(parsed.value);
  return fault ? { message: parsed.value, refusal: fault } : { message: parsed.value };
}

function expectedJudgement(entry: Entry): string | undefined {
  return entry.parser === 'either' ? entry.preferred : entry.parser;
}

describe.each([
  ['rfc4475', 49],
  ['rfc5118', 12],
])('%s', (folder, count) => {
  const manifest: Entry[] = JSON.parse(readDatagram(folder, 'manifest.json').toString('utf8'));
  const cases = manifest.map((entry) => [entry.section, entry.title, entry] as const);

  test(`has all ${count} messages, as published`, () => {
    expect(manifest).toHaveLength(count);
    for (const { file, size, sha256 } of manifest) {
      const datagram = readDatagram(folder, file);
      expect([file, datagram.length, createHash('sha256').update(datagram).digest('hex')]).toEqual([file, size, sha256]);
    }
  });

  test.each(cases)('%s %s: is accepted or refused as the manifest says', (_section, _title, entry) => {
    const { refusal } = judge(readDatagram(folder, entry.file));
    expect([refusal ? 'reject' : 'accept', refusal?.reason]).toEqual([expectedJudgement(entry), refusal?.reason]);
    if (!refusal) return;
    if (entry.kind === 'request') expect(entry.outcomes).toContain(String(refusal.status));
    else expect(entry.outcomes).toContain('drop');
    if (refusal.header !== undefined) expect(entry.fault?.where).toContain(refusal.header);
  });

  test.each(cases)('%s %s: every fact is found', (_section, _title, entry) => {
    const datagram = readDatagram(folder, entry.file);
    const { message } = judge(datagram);
    if (!message) throw new Error('nothing could be read');
    expect(message.kind).toBe(entry.kind);
    const found: Record<string, unknown> = {};
    for (const [name, expected] of Object.entries(entry.facts)) {
      const fact = FACTS[name];
      if (!fact) throw new Error(`the test does not know the fact "${name}"`);
      found[name] = fact({ datagram, message, expected });
    }
    expect(found).toEqual(entry.facts);
  });

  test.each(cases)('%s %s: leaves as it came, without what is not its own', (_section, _title, entry) => {
    const datagram = readDatagram(folder, entry.file);
    const parsed = parseMessage(datagram);
    if (!parsed.ok) return;
    const trailing = (entry.facts.trailingOctets as number | undefined) ?? 0;
    expect(parsed.value.toBuffer()).toEqual(datagram.subarray(0, datagram.length - trailing));
    expect(parsed.value.clone().toBuffer()).toEqual(parsed.value.toBuffer());
  });
});

test('3.1.2.15 with its empty line is refused for the display name', () => {
  const { refusal } = judge(readDatagram('rfc4475', 'baddn.terminated.dat'));
  expect(refusal).toMatchObject({ header: 'From', status: 400, reason: expect.stringContaining('display name') });
});
