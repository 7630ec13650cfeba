import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import type { CapturedMessage } from '../../../harness/trace/capture-decoder.js';
import { CaptureFile } from '../../../harness/trace/capture-file.js';
import {
  bsdLoopback,
  EPOCH,
  ethernet,
  type Frame,
  fragments,
  linuxCooked,
  linuxCooked2,
  PcapngBlocks,
  pcap,
  pcapng,
  type Segment,
  TCP,
  tcp,
  udp,
} from './capture-builder.js';

const A = { address: '10.0.0.1', port: 5060 };
const B = { address: '10.0.0.2', port: 5070 };
const A6 = { address: '2001:db8::1', port: 5060 };
const B6 = { address: 'fe80::1:0:0:2', port: 5060 };

const OPTIONS = 'OPTIONS sip:a SIP/2.0\r\nCall-ID: 1\r\nContent-Length: 0\r\n\r\n';
const BUSY = 'SIP/2.0 486 Busy Here\r\nCall-ID: 2\r\nContent-Length: 4\r\n\r\nbody';

async function read(bytes: Buffer, pieceSize = 1 << 20): Promise<{ file: CaptureFile; messages: CapturedMessage[]; texts: string[] }> {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += pieceSize) pieces.push(bytes.subarray(at, at + pieceSize));
  const file = new CaptureFile({ name: 'x.pcap', open: async () => Readable.from(pieces), size: async () => bytes.length });
  const messages: CapturedMessage[] = [];
  for await (const batch of file.batches()) messages.push(...batch);
  return { file, messages, texts: messages.map((message) => message.bytes.toString('latin1')) };
}

const frame = (data: Buffer, time = EPOCH + 1.5): Frame => ({ time, data });

describe('formats', () => {
  const frames = [frame(ethernet(udp(A, B, OPTIONS)), EPOCH + 1.5), frame(ethernet(udp(B, A, BUSY)), EPOCH + 2.25)];
  const link = [{ linkType: 1 }];
  test.each<[string, Buffer]>([
    ['pcap, little-endian, microseconds', pcap(1, frames)],
    ['pcap, big-endian, microseconds', pcap(1, frames, { big: true })],
    ['pcap, little-endian, nanoseconds', pcap(1, frames, { nanoseconds: true })],
    ['pcap, big-endian, nanoseconds', pcap(1, frames, { big: true, nanoseconds: true })],
    ['pcap of Kuznetzov', pcap(1, frames, { kuznetzov: true })],
    ['pcapng, little-endian', pcapng(link, frames)],
    ['pcapng, big-endian', pcapng(link, frames, { big: true })],
    ['pcapng, nanoseconds', pcapng([{ linkType: 1, resolution: 9 }], frames)],
    ['pcapng, milliseconds of a power of two', pcapng([{ linkType: 1, resolution: 0x80 | 20 }], frames)],
    ['pcapng with a time offset', pcapng([{ linkType: 1, offsetSeconds: 1000 }], frames)],
    [
      'pcapng with comments',
      pcapng(
        link,
        frames.map((one) => ({ ...one, comment: 'hello' })),
      ),
    ],
    [
      'two sections of different byte order',
      Buffer.concat([pcapng(link, frames.slice(0, 1)), pcapng(link, frames.slice(1), { big: true })]),
    ],
    ['pcap, gzipped', gzipSync(pcap(1, frames))],
    ['pcapng, gzipped', gzipSync(pcapng(link, frames))],
  ])('%s', async (_name, bytes) => {
    for (const pieceSize of [1 << 20, 7, 1]) {
      const { messages, texts, file } = await read(bytes, pieceSize);
      expect(texts).toEqual([OPTIONS, BUSY]);
      expect(messages).toMatchObject([
        { source: A, destination: B, transport: 'udp', frame: 1 },
        { source: B, destination: A, transport: 'udp', frame: 2 },
      ]);
      expect(messages.map(({ time }) => Math.round((time - EPOCH) * 100) / 100)).toEqual([1.5, 2.25]);
      expect(file.problem).toBeUndefined();
    }
  });

  test('simple packets and those of the old type', async () => {
    const make = new PcapngBlocks(false);
    const data = ethernet(udp(A, B, OPTIONS));
    const simple = make.block(3, Buffer.concat([make.number(data.length, 4), data]));
    const padding = Buffer.alloc((4 - (data.length % 4)) % 4);
    const old = make.block(
      2,
      Buffer.concat([
        make.number(0, 2),
        make.number(0, 2),
        make.number(0, 4),
        make.number(5, 4),
        make.number(data.length, 4),
        make.number(data.length, 4),
        data,
        padding,
      ]),
    );
    const { texts } = await read(Buffer.concat([make.section(), make.interface({ linkType: 1 }), old, simple]));
    expect(texts).toEqual([OPTIONS, OPTIONS]);
  });

  test('several interfaces of different link types', async () => {
    const bytes = pcapng(
      [
        { linkType: 1, name: 'eth0' },
        { linkType: 101, name: 'tun0', resolution: 9 },
      ],
      [frame(ethernet(udp(A, B, OPTIONS))), { ...frame(udp(B, A, BUSY)), interfaceId: 1 }],
    );
    const { messages, file } = await read(bytes);
    expect(messages.map(({ interfaceId }) => interfaceId)).toEqual([0, 1]);
    expect(file.interfaces.map(({ name }) => name)).toEqual(['eth0', 'tun0']);
  });
});

describe('links', () => {
  test.each<[string, number, (ip: Buffer) => Buffer]>([
    ['Ethernet', 1, (ip) => ethernet(ip)],
    ['VLAN', 1, (ip) => ethernet(ip, [0x8100])],
    ['stacked VLANs', 1, (ip) => ethernet(ip, [0x88a8, 0x8100])],
    ['Linux cooked', 113, (ip) => linuxCooked(ip)],
    ['Linux cooked, version 2', 276, linuxCooked2],
    ['BSD loopback', 0, bsdLoopback],
    ['OpenBSD loopback', 108, bsdLoopback],
    ['raw IP', 101, (ip) => ip],
    ['raw IP of BSD', 12, (ip) => ip],
  ])('%s', async (_name, linkType, wrap) => {
    const { messages, texts } = await read(pcap(linkType, [frame(wrap(udp(A, B, OPTIONS))), frame(wrap(udp(A6, B6, BUSY)))]));
    expect(texts).toEqual([OPTIONS, BUSY]);
    expect(messages).toMatchObject([{ source: A }, { source: A6, destination: { address: 'fe80::1:0:0:2' } }]);
  });

  test('a link type that is not read is counted, and nothing else happens', async () => {
    const { messages, file } = await read(pcap(147, [frame(Buffer.alloc(40))]));
    expect(messages).toEqual([]);
    expect([...file.decoder.unreadLinkTypes]).toEqual([[147, 1]]);
  });
});

describe('UDP', () => {
  test('fragments in any order, with one of them twice', async () => {
    const long = `${OPTIONS.replace('\r\n\r\n', `\r\nX: ${'y'.repeat(3000)}\r\n\r\n`)}`;
    const [one, two, three] = fragments(udp(A, B, long), 1480) as [Buffer, Buffer, Buffer];
    const { texts } = await read(
      pcap(
        101,
        [three, one, one, two].map((data) => frame(data)),
      ),
    );
    expect(texts).toEqual([long]);
  });

  test('fragments that never become whole take no room for ever', async () => {
    const parts = Array.from({ length: 5000 }, (_, id) => fragments(udp(A, B, OPTIONS), 16, id)[0] as Buffer);
    const { file } = await read(
      pcap(
        101,
        parts.map((data) => frame(data)),
      ),
    );
    expect(file.decoder.fragments.unfinished).toBe(5000);
  });

  test('a packet that was cut off: what is there, and how much is missing', async () => {
    const whole = ethernet(udp(A, B, BUSY));
    const { messages, file } = await read(pcap(1, [{ time: EPOCH, data: whole.subarray(0, 70), originalLength: whole.length }]));
    expect(messages).toMatchObject([{ originalLength: BUSY.length }]);
    expect(messages[0]?.bytes.toString()).toBe(BUSY.slice(0, 28));
    expect(file.decoder.truncated).toBe(1);
  });

  test('padding of short frames is no part of the message', async () => {
    const { texts } = await read(pcap(1, [frame(Buffer.concat([ethernet(udp(A, B, OPTIONS)), Buffer.alloc(20)]))]));
    expect(texts).toEqual([OPTIONS]);
  });

  test('what is no SIP is left out, on whatever port', async () => {
    const { texts } = await read(
      pcap(
        101,
        ['GET / HTTP/1.1\r\n\r\n', '', '\r\n\r\n', OPTIONS].map((text) => frame(udp(A, { ...B, port: 53 }, text))),
      ),
    );
    expect(texts).toEqual([OPTIONS]);
  });
});

describe('TCP', () => {
  const segments = (list: readonly Segment[], back: readonly Segment[] = []) => [
    ...list.map((segment) => frame(tcp(A, B, segment))),
    ...back.map((segment) => frame(tcp(B, A, segment))),
  ];
  const both = OPTIONS + BUSY;
  const cut = (at: number) => [
    { sequence: 101, text: both.slice(0, at) },
    { sequence: 101 + at, text: both.slice(at) },
  ];

  test.each<[string, Segment[]]>([
    [
      'several messages in one segment',
      [
        { sequence: 100, flags: TCP.syn },
        { sequence: 101, text: both },
      ],
    ],
    ['one message over many', [...both].map((text, index) => ({ sequence: 101 + index, text }))],
    ['cut within the second', cut(OPTIONS.length + 10)],
    ['in the wrong order', [{ sequence: 100, flags: TCP.syn }, ...cut(30).reverse()]],
    [
      'a shorter piece after a longer one, both too early',
      [
        { sequence: 100, flags: TCP.syn },
        { sequence: 131, text: both.slice(30) },
        { sequence: 131, text: both.slice(30, 40) },
        { sequence: 101, text: both.slice(0, 30) },
      ],
    ],
    [
      'a longer piece after a shorter one, both too early',
      [
        { sequence: 100, flags: TCP.syn },
        { sequence: 131, text: both.slice(30, 40) },
        { sequence: 131, text: both.slice(30) },
        { sequence: 101, text: both.slice(0, 30) },
      ],
    ],
    ['retransmitted, overlapping', [...cut(30), { sequence: 121, text: both.slice(20, 60) }, ...cut(40)]],
    ['line ends between messages, to keep the connection alive', [{ sequence: 101, text: `\r\n\r\n${OPTIONS}\r\n${BUSY}` }]],
    [
      'sequence numbers that wrap around',
      [
        { sequence: 0xffff_fff0, text: both.slice(0, 40) },
        { sequence: 0xffff_fff0 + 40, text: both.slice(40) },
      ],
    ],
    [
      'ended and begun anew',
      [
        { sequence: 101, text: OPTIONS },
        { sequence: 101 + OPTIONS.length, flags: TCP.fin | TCP.ack },
        { sequence: 7, flags: TCP.syn },
        { sequence: 8, text: BUSY },
      ],
    ],
    [
      'beginning within a message',
      [
        { sequence: 101, text: 'est of a message\r\n\r\n, which nobody can read, and more of it' },
        { sequence: 500, text: both },
      ],
    ],
  ])('%s', async (_name, list) => {
    const { texts, messages } = await read(pcap(101, segments(list)));
    expect(texts).toEqual([OPTIONS, BUSY]);
    expect(messages[0]).toMatchObject({ transport: 'tcp', source: A, destination: B });
  });

  test('a segment that the capture missed: the next message is found when the other side acknowledges', async () => {
    const list: Segment[] = [
      { sequence: 101, text: OPTIONS },
      { sequence: 101 + OPTIONS.length + 500, text: BUSY },
    ];
    const { texts, file } = await read(
      pcap(101, segments(list, [{ sequence: 1, acknowledged: 101 + OPTIONS.length + 500 + BUSY.length }])),
    );
    expect(texts).toEqual([OPTIONS, BUSY]);
    expect(file.decoder.streams.gaps).toBe(1);
  });

  test('a gap at which the capture ends is told', async () => {
    const { texts, file } = await read(
      pcap(
        101,
        segments([
          { sequence: 101, text: OPTIONS },
          { sequence: 101 + OPTIONS.length + 500, text: BUSY },
        ]),
      ),
    );
    expect(texts).toEqual([OPTIONS]);
    expect(file.decoder.streams.gaps).toBe(1);
  });

  test('a segment that the capture cut off gives what is there of the message', async () => {
    const whole = tcp(A, B, { sequence: 101, text: BUSY });
    const { messages } = await read(
      pcap(101, [
        { time: EPOCH, data: whole.subarray(0, 80), originalLength: whole.length },
        frame(tcp(A, B, { sequence: 101 + BUSY.length, text: OPTIONS })),
      ]),
    );
    expect(messages.map((message) => message.bytes.toString())).toEqual([BUSY.slice(0, 40), OPTIONS]);
  });

  test('TLS is seen to be TLS', async () => {
    const hello = Buffer.concat([Buffer.from([0x16, 3, 1, 0, 50, 1]), Buffer.alloc(49, 1)]);
    const { messages, file } = await read(
      pcap(
        101,
        segments([
          { sequence: 100, flags: TCP.syn },
          { sequence: 101, bytes: hello },
          { sequence: 156, bytes: hello },
        ]),
      ),
    );
    expect(messages).toEqual([]);
    expect(file.decoder.streams.encrypted.size).toBe(1);
  });

  test('over IPv6', async () => {
    const { messages } = await read(pcap(101, [frame(tcp(A6, B6, { sequence: 1, text: OPTIONS }))]));
    expect(messages).toMatchObject([{ source: A6, destination: B6 }]);
  });
});

describe('what is damaged', () => {
  const good = frame(ethernet(udp(A, B, OPTIONS)));

  test('an absurd length: what came before is there, and the place is named', async () => {
    const bytes = Buffer.concat([pcap(1, [good]), Buffer.alloc(16, 0xff)]);
    const { texts, file } = await read(bytes);
    expect(texts).toEqual([OPTIONS]);
    expect(file.problem).toContain(`byte ${bytes.length - 16}:`);
  });

  test('a block whose lengths differ', async () => {
    const whole = pcapng([{ linkType: 1 }], [good, good]);
    whole.writeUInt32LE(12, whole.length - 4);
    const { texts, file } = await read(whole);
    expect(texts).toEqual([OPTIONS]);
    expect(file.problem).toMatch(/byte 208: a block says 132 octets at its beginning and 12 at its end.* up to byte 340 was read/);
  });

  test('a block longer than any packet is not waited for', async () => {
    const make = new PcapngBlocks(false);
    const huge = Buffer.concat([make.number(6, 4), make.number(0xffff_fff0, 4), Buffer.alloc(100)]);
    const { texts, file } = await read(Buffer.concat([pcapng([{ linkType: 1 }], [good]), huge]));
    expect(texts).toEqual([OPTIONS]);
    expect(file.problem).toMatch(/byte \d+: a block of 4294967280 octets/);
  });

  test('a long block of no use is passed over', async () => {
    const make = new PcapngBlocks(false);
    const before = pcapng([{ linkType: 1 }], [good]);
    const { texts, file } = await read(
      Buffer.concat([before, make.block(0x0bad, Buffer.alloc(3_000_000)), make.packet(good, { linkType: 1 })]),
      65_536,
    );
    expect(texts).toEqual([OPTIONS, OPTIONS]);
    expect(file.problem).toBeUndefined();
  });

  test('a file that ends within a record, as one does that is still being written', async () => {
    const { texts, file } = await read(pcap(1, [good, good]).subarray(0, -10));
    expect(texts).toEqual([OPTIONS]);
    expect(file.unfinished).toContain('still being written');
    expect(file.problem).toBeUndefined();
  });

  test('a gzipped file that was cut off', async () => {
    const many = Array.from({ length: 2000 }, () => good);
    const { texts, file } = await read(gzipSync(pcap(1, many), { level: 0 }).subarray(0, -5000));
    expect(texts.length).toBeGreaterThan(1000);
    expect(file.unfinished).toContain('the file ends within gzip data');
    expect(file.problem).toBeUndefined();
  });

  test.each([
    ['empty', Buffer.alloc(0), 'is empty'],
    ['text', Buffer.from('this is no capture'), 'is no capture'],
    ['three octets', Buffer.from('abc'), 'is no capture'],
    ['gzipped text', gzipSync(Buffer.from('this is no capture')), 'is no capture'],
  ])('%s is no capture', async (_name, bytes, message) => {
    await expect(read(bytes)).rejects.toMatchObject({ code: 'capture', message: expect.stringContaining(message) });
  });

  test('a packet of an interface that nobody described', async () => {
    const { file } = await read(pcapng([{ linkType: 1 }], []).subarray(0), 1 << 20);
    expect(file.problem).toBeUndefined();
    const make = new PcapngBlocks(false);
    const { file: other } = await read(Buffer.concat([make.section(), make.packet(good, { linkType: 1 })]));
    expect(other.problem).toContain('interface 0');
  });
});
