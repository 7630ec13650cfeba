import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { CaptureFile } from '../../../harness/trace/capture-file.js';
import { EPOCH, ethernet, pcap, pcapng, udp } from './capture-builder.js';

const A = { address: '10.0.0.1', port: 5060 };
const B = { address: '10.0.0.2', port: 5060 };
const COUNT = 12;

const message = (index: number): string =>
  `OPTIONS sip:a SIP/2.0\r\nCall-ID: ${String(index).padStart(2, '0')}\r\nContent-Length: 0\r\n\r\n`;
const frames = Array.from({ length: COUNT }, (_, index) => ({ time: EPOCH + index * 10, data: ethernet(udp(A, B, message(index))) }));

async function read(bytes: Buffer, pieceSize: number) {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += pieceSize) pieces.push(bytes.subarray(at, at + pieceSize));
  const file = new CaptureFile({ name: 'x', open: async () => Readable.from(pieces), size: async () => bytes.length });
  const calls: number[] = [];
  for await (const batch of file.batches()) {
    for (const one of batch) calls.push(Number(/Call-ID: (\d+)/.exec(one.bytes.toString('latin1'))?.[1]));
  }
  return { file, calls };
}

const all = Array.from({ length: COUNT }, (_, index) => index);
const without = (...lost: number[]): number[] => all.filter((index) => !lost.includes(index));

/** Where in the file the records of the messages begin. */
interface Format {
  readonly whole: Buffer;
  readonly head: number;
  readonly record: number;
  /** Of the record's length within it. */
  readonly lengthAt: number;
}

const pcapWhole = pcap(1, frames);
const pcapngWhole = pcapng([{ linkType: 1, name: 'eth0' }], frames);
const pcapngHead = pcapng([{ linkType: 1, name: 'eth0' }], []).length;
const FORMATS: Readonly<Record<string, Format>> = {
  pcap: { whole: pcapWhole, head: 24, record: (pcapWhole.length - 24) / COUNT, lengthAt: 8 },
  pcapng: { whole: pcapngWhole, head: pcapngHead, record: (pcapngWhole.length - pcapngHead) / COUNT, lengthAt: 4 },
};

const PIECES = [1 << 20, 97, 16];

describe.each(Object.entries(FORMATS))('%s', (_name, { whole, head, record, lengthAt }) => {
  const start = (index: number): number => head + index * record;
  const spoilt = (change: (bytes: Buffer) => void): Buffer => {
    const bytes = Buffer.from(whole);
    change(bytes);
    return bytes;
  };

  describe.each(PIECES)('in pieces of %i octets', (pieceSize) => {
    test.each([0, 4, COUNT - 1])('an absurd length in record %i costs that record only', async (index) => {
      const { file, calls } = await read(
        spoilt((bytes) => bytes.writeUInt32LE(0xffff_fff0, start(index) + lengthAt)),
        pieceSize,
      );
      expect(calls).toEqual(without(index));
      expect(file.problem).toContain(`byte ${start(index)}: `);
      expect(file.problem).toContain(`up to byte ${start(index + 1)} was read`);
    });

    test('a piece of noise instead of two records costs these two', async () => {
      const { file, calls } = await read(
        spoilt((bytes) => bytes.fill(0xa5, start(3), start(5))),
        pieceSize,
      );
      expect(calls).toEqual(without(3, 4));
      expect(file.problem).toContain(`byte ${start(3)}: `);
    });

    test('octets taken out in the middle of a record: those behind it are found again', async () => {
      const bytes = Buffer.concat([whole.subarray(0, start(4) + 41), whole.subarray(start(4) + 60)]);
      const { file, calls } = await read(bytes, pieceSize);
      expect(calls.filter((index) => index !== 4 && index !== 5)).toEqual(without(4, 5));
      expect(file.problem).toMatch(/byte \d+: /);
    });

    test('zeros to the end, as where a disk was full', async () => {
      const bytes = Buffer.concat([whole, Buffer.alloc(5000)]);
      const { file, calls } = await read(bytes, pieceSize);
      expect(calls).toEqual(all);
      expect(file.problem).toContain(`byte ${whole.length}: `);
    });

    test('the tail that is not there yet is no damage', async () => {
      const { file, calls } = await read(whole.subarray(0, -7), pieceSize);
      expect(calls).toEqual(without(COUNT - 1));
      expect(file.problem).toBeUndefined();
      expect(file.unfinished).toContain(`byte ${start(COUNT - 1)}: the file ends within a record`);
    });
  });

  test('a length that is too great by some records: these are found within it', async () => {
    const { file, calls } = await read(
      spoilt((bytes) => bytes.writeUInt32LE(record * 3, start(2) + lengthAt)),
      1 << 20,
    );
    expect(calls.filter((index) => index !== 2)).toEqual(without(2));
    expect(file.problem).toContain(`byte ${start(2)}: `);
  });

  test('a length that reaches beyond the end of the file', async () => {
    const { file, calls } = await read(
      spoilt((bytes) => bytes.writeUInt32LE(60_000, start(6) + lengthAt)),
      1 << 20,
    );
    expect(calls.filter((index) => index !== 6)).toEqual(without(6));
    expect(file.problem).toContain(`byte ${start(6)}: `);
    expect(file.unfinished).toBeUndefined();
  });

  test('many damaged places are counted, and few told', async () => {
    const { file } = await read(
      spoilt((bytes) => {
        for (const index of [1, 4, 7, 10]) bytes.writeUInt32LE(0xffff_fff0, start(index) + lengthAt);
      }),
      1 << 20,
    );
    expect(file.problem?.match(/byte \d+: /g)).toHaveLength(3);
    expect(file.problem).toContain('1 further places are damaged');
  });

  test('gzipped, with damage inside: what came before it is there', async () => {
    const many = Array.from({ length: 500 }, () => whole.subarray(head));
    const zipped = gzipSync(Buffer.concat([whole.subarray(0, head), ...many]), { level: 0 });
    zipped.fill(0xff, 200_000, 200_100); // its check sum alone tells, or the head of a stored block
    zipped.writeUInt32LE(0xdead_beef, 65_536 * 3 + 15 + 10);
    const { file, calls } = await read(zipped, 1 << 16);
    expect(calls.length).toBeGreaterThan(1000);
    expect(file.problem).toMatch(/byte \d+: /);
  });
});

test('a pcapng block whose inside cannot be is left out, its neighbours are read', async () => {
  const { whole, head, record } = FORMATS.pcapng as Format;
  const bytes = Buffer.from(whole);
  bytes.writeUInt32LE(7, head + 4 * record + 8); // an interface that nobody described
  bytes.writeUInt32LE(0xffff, head + 6 * record + 20); // more octets than the block has
  const { file, calls } = await read(bytes, 1 << 20);
  expect(calls).toEqual(without(4, 6));
  expect(file.problem).toContain(`byte ${head + 4 * record}: a packet of interface 7`);
  expect(file.problem).toContain(`byte ${head + 6 * record}: a packet of 65535 octets in a block of ${record}`);
});
