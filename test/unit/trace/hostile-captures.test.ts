import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { AttemptStream } from '../../../harness/diagnosis/attempt-stream.js';
import { errorCode } from '../../../harness/platform/errors.js';
import { SeededRandom } from '../../../harness/platform/random.js';
import { CaptureFile } from '../../../harness/trace/capture-file.js';
import type { TraceEvent } from '../../../harness/trace/event.js';
import { TraceBuilder } from '../diagnosis/trace-builder.js';
import { EPOCH, ethernet, fragments, pcap, pcapng, tcp, udp } from './capture-builder.js';

const A = { address: '10.0.0.1', port: 5060 };
const B = { address: '10.0.0.2', port: 5060 };
const OPTIONS = { horizonMs: 640, timerC: 180_000 };

/** Frames of every sort, some of which make a call. */
function lawfulFrames(): Buffer[] {
  const trace = new TraceBuilder('wire');
  const hosts = ['alice', 'lcs', 'bob'].map((name, index) => trace.host(name, `10.0.0.${index + 1}`));
  const [alice, lcs, bob] = hosts as [(typeof hosts)[0], (typeof hosts)[0], (typeof hosts)[0]];
  const first = trace.invite(alice, lcs);
  first.forward(bob).ring().busyRepeated(3).ack();
  first.busy().ack();
  const packets = trace.events.map((event) => udp(event.source, event.destination, event.bytes.toString('latin1')));
  const invite = trace.events[0]?.bytes.toString('latin1') ?? '';
  return [
    ...packets,
    ...fragments(packets[0] as Buffer, 64),
    tcp(A, B, { sequence: 1, text: invite.slice(0, 100) }),
    tcp(A, B, { sequence: 301, text: invite.slice(300) }),
    tcp(A, B, { sequence: 101, text: invite.slice(100, 300) }),
    udp({ address: '2001:db8::1', port: 5060 }, { address: '2001:db8::2', port: 5060 }, invite),
  ];
}

async function readAll(bytes: Buffer): Promise<{ file: CaptureFile; attempts: number }> {
  const file = new CaptureFile({
    name: 'x',
    open: async () => Readable.from([bytes.subarray(0, 700), bytes.subarray(700)]),
    size: async () => undefined,
  });
  let attempts = 0;
  const stream = new AttemptStream(OPTIONS, () => {
    attempts += 1;
  });
  let sequence = 0;
  for await (const batch of file.batches()) {
    for (const { interfaceId, ...message } of batch) {
      stream.add({ ...message, time: message.time - EPOCH, sequence: sequence++, point: String(interfaceId), sighting: 'passing' });
    }
  }
  stream.finish();
  return { file, attempts };
}

const frames = lawfulFrames().map((data, index) => ({ time: EPOCH + index * 10, data: ethernet(data) }));
const WHOLE: Record<string, Buffer> = {
  pcap: pcap(1, frames),
  pcapng: pcapng([{ linkType: 1, name: 'eth0' }], frames),
  gzip: gzipSync(pcapng([{ linkType: 1 }], frames)),
};

describe.each(Object.entries(WHOLE))('a damaged %s', (_name, whole) => {
  test('octets changed anywhere: a capture error or what could be read, never anything else', async () => {
    const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(changes, async (list) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of list) bytes[at] = value;
        await readAll(bytes).catch((error: unknown) => expect(errorCode(error)).toBe('capture'));
      }),
      { numRuns: 150 },
    );
  });

  test('cut off or with a part taken out', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), fc.nat(200), async (at, length) => {
        const bytes = Buffer.concat([whole.subarray(0, at), whole.subarray(at + length)]);
        await readAll(bytes).catch((error: unknown) => expect(errorCode(error)).toBe('capture'));
      }),
      { numRuns: 150 },
    );
  });
});

test('frames of noise, of every link type, are passed over', async () => {
  const noise = fc.uint8Array({ maxLength: 200 }).map((octets) => ({ time: EPOCH, data: Buffer.from(octets) }));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(0, 1, 12, 101, 108, 113, 228, 229, 276), fc.array(noise), async (linkType, list) => {
      const { file } = await readAll(pcap(linkType, list));
      expect(file.problem).toBeUndefined();
      expect(file.decoder.packets).toBe(list.length);
    }),
    { numRuns: 200 },
  );
});

test('messages made of parts of others, in any order, from anywhere', () => {
  const parts = fc.constantFrom(
    'INVITE sip:b SIP/2.0',
    'SIP/2.0 486 B',
    'SIP/2.0 200 OK',
    'ACK sip:b SIP/2.0',
    'CANCEL sip:b SIP/2.0',
    'SIP/2.0 180 R',
  );
  const lines = fc.array(
    fc.constantFrom(
      'Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1',
      'Via: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bK2',
      'Via: SIP/2.0/UDP 10.0.0.3;branch=z9hG4bK3, SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1',
      'Call-ID: a',
      'Call-ID: b',
      'CSeq: 1 INVITE',
      'CSeq: 2 INVITE',
      'CSeq: 1 CANCEL',
      'From: <sip:a@x>;tag=1',
      'To: <sip:b@x>',
      'To: <sip:b@x>;tag=2',
      'X-Busyhere-Attempt: 1',
    ),
    { maxLength: 8 },
  );
  const address = fc.nat(3).map((last) => ({ address: `10.0.0.${last}`, port: 5060 }));
  const message = fc.record({
    start: parts,
    lines,
    source: address,
    destination: address,
    sighting: fc.constantFrom('sent' as const, 'received' as const, 'passing' as const),
  });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 30 }), (messages) => {
      let told = 0;
      const stream = new AttemptStream(OPTIONS, () => {
        told += 1;
      });
      messages.forEach(({ start, lines: list, source, destination, sighting }, sequence) => {
        const bytes = Buffer.from(`${[start, ...list].join('\r\n')}\r\n\r\n`);
        stream.add({ sequence, time: sequence * 7, point: 'p', sighting, transport: 'udp', source, destination, bytes });
      });
      stream.finish();
      expect(told).toBeLessThanOrEqual(messages.length);
      expect(stream.openCalls).toBe(0);
    }),
    { numRuns: 500 },
  );
});

describe('floods', () => {
  function invite(index: number, headers: string[] = []): Buffer {
    const lines = [
      'INVITE sip:b SIP/2.0',
      `Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK${index}`,
      ...headers,
      'From: <sip:a@x>;tag=1',
      'To: <sip:b@x>',
      `Call-ID: ${index}`,
      'CSeq: 1 INVITE',
    ];
    return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
  }

  function event(sequence: number, bytes: Buffer, time = sequence / 1000): TraceEvent {
    return { sequence, time, point: 'p', sighting: 'passing', transport: 'udp', source: A, destination: B, bytes };
  }

  test('more Call-IDs at once than are held: the oldest are judged early, and none is forgotten', () => {
    let told = 0;
    const stream = new AttemptStream(OPTIONS, () => {
      told += 1;
    });
    for (let index = 0; index < 60_000; index++) {
      stream.add(event(index, invite(index)));
      if (stream.openCalls > 50_000) throw new Error(`${stream.openCalls} calls are open`);
    }
    expect(stream.judgedEarly).toBeGreaterThan(0);
    stream.finish();
    expect(told).toBe(60_000);
    expect(stream.openCalls).toBe(0);
  });

  test('calls that are over are forgotten as time goes on', () => {
    const trace = new TraceBuilder('wire');
    const [alice, lcs] = [trace.host('alice', '10.0.0.1'), trace.host('lcs', '10.0.0.2')];
    let most = 0;
    const stream = new AttemptStream(OPTIONS, () => undefined);
    for (let index = 0; index < 2000; index++) {
      trace.events.length = 0;
      trace
        .invite(alice, lcs, { callId: `c${index}`, branch: `z9hG4bK-c${index}` })
        .busy()
        .ack();
      trace.wait(100);
      for (const one of trace.events) stream.add(one);
      most = Math.max(most, stream.openCalls);
    }
    expect(most).toBeLessThan(200);
  });

  test('a late retransmission of a forgotten call begins no new attempt', () => {
    const trace = new TraceBuilder('wire');
    const [alice, lcs] = [trace.host('alice', '10.0.0.1'), trace.host('lcs', '10.0.0.2')];
    const told: string[] = [];
    const stream = new AttemptStream(OPTIONS, ({ callIds }) => told.push(...callIds));
    const first = trace.invite(alice, lcs).busy().ack();
    trace.wait(20_000);
    trace.invite(alice, lcs, { callId: 'other' }).busy().ack();
    trace.wait(2000);
    first.busy().ack();
    for (const one of trace.events) stream.add(one);
    stream.finish();
    expect(told).toEqual(['call-of-alice', 'other']);
  });

  test('one call with branches without end', () => {
    const stream = new AttemptStream(OPTIONS, () => undefined);
    for (let index = 0; index < 5000; index++) {
      const bytes = Buffer.from(invite(index).toString().replace(`Call-ID: ${index}`, 'Call-ID: same'));
      stream.add(event(index, bytes));
    }
    stream.finish();
    expect(stream.excess).toBeGreaterThan(4000);
  });

  test('legs of B2BUAs without end do not become one call', () => {
    let most = 0;
    const stream = new AttemptStream(OPTIONS, ({ callIds }) => {
      most = Math.max(most, callIds.length);
    });
    for (let index = 0; index < 1000; index++) {
      const bytes = invite(index, ['X-Busyhere-Attempt: the-same-for-all-of-them']);
      const source = { address: `10.0.${index >> 8}.${index & 255}`, port: 5060 };
      const destination = { address: `10.0.${(index + 1) >> 8}.${(index + 1) & 255}`, port: 5060 };
      stream.add({ ...event(index, bytes), source, destination });
    }
    stream.finish();
    expect(most).toBeLessThanOrEqual(32);
  });

  test('Via stacks as deep as a datagram is long', () => {
    const vias = Array.from({ length: 1500 }, (_, index) => `v:SIP/2.0/UDP h;branch=z9hG4bK${index}`);
    const stream = new AttemptStream(OPTIONS, () => undefined);
    for (let index = 0; index < 20; index++) stream.add(event(index, invite(index, vias)));
    expect(() => stream.finish()).not.toThrow();
  });
});

test('streams of random segments', async () => {
  const random = new SeededRandom(7);
  const text = lawfulFrames()[0]?.subarray(28).toString('latin1') ?? '';
  const list = Array.from({ length: 3000 }, () => {
    const at = random.below(text.length);
    const flags = random.below(40) === 0 ? 2 : 16;
    const source = { address: '10.0.0.1', port: 1000 + random.below(5) };
    return {
      time: EPOCH,
      data: tcp(source, B, {
        sequence: random.below(4) === 0 ? random.uint32() : at,
        text: text.slice(at, at + random.below(600)),
        flags,
        acknowledged: random.uint32(),
      }),
    };
  });
  const { file } = await readAll(pcap(101, list));
  expect(file.problem).toBeUndefined();
});
