import fc from 'fast-check';
import { encodeFrame, FrameDecoder, MAX_FRAME_OCTETS } from '../../../harness/drachtio/index.js';
import { readTranscripts } from './transcript.js';

const transcripts = readTranscripts().flatMap(({ name, directions }) => directions.map((direction) => ({ name, ...direction })));

/** Feeds a stream to a decoder in pieces that end at the given octets. */
function decode(stream: Buffer, ...cuts: number[]) {
  const decoder = new FrameDecoder();
  const ends = [...cuts.filter((cut) => cut <= stream.length).sort((a, b) => a - b), stream.length];
  let begin = 0;
  const results = ends.map((end) => {
    const result = decoder.push(stream.subarray(begin, end));
    begin = end;
    return result;
  });
  return { payloads: results.flatMap(({ payloads }) => payloads), fault: results.at(-1)?.fault, decoder };
}

describe('recordings of a real control connection', () => {
  it('are there', () => {
    expect(transcripts.filter(({ pieces }) => pieces.length > 0)).toHaveLength(18);
  });

  it.each(transcripts)('$name, from $from: every frame is read, and written back to the octet', ({ pieces }) => {
    const decoder = new FrameDecoder();
    const payloads = pieces.flatMap((piece) => {
      const { payloads, fault } = decoder.push(piece);
      expect(fault).toBeNull();
      return payloads;
    });
    expect(decoder.atBoundary).toBe(true);
    expect(payloads.length).toBeGreaterThanOrEqual(2);
    for (const payload of payloads) expect(payload.toString('latin1')).toMatch(/^[0-9a-f-]{36}\|[a-z:]+\|/);
    expect(Buffer.concat(payloads.map(encodeFrame)).equals(Buffer.concat(pieces))).toBe(true);
  });

  it('are read the same, octet by octet or all at once', () => {
    for (const { pieces } of transcripts) {
      const stream = Buffer.concat(pieces);
      const every = Array.from({ length: stream.length }, (_, octet) => octet);
      expect(decode(stream, ...every).payloads).toEqual(decode(stream).payloads);
    }
  });
});

describe('frames', () => {
  it('count octets, not characters', () => {
    const frame = encodeFrame('réservé|☎');
    expect(frame.toString('utf8')).toBe('13#réservé|☎');
    expect(decode(frame).payloads.map(String)).toEqual(['réservé|☎']);
  });

  it('carry any octets, also # and what looks like a frame', () => {
    const payload = Buffer.from([0, 255, 35, 49, 35, 120, 13, 10, 13, 10]);
    expect(decode(encodeFrame(payload)).payloads).toEqual([payload]);
  });

  it('may be empty', () => {
    expect(decode(Buffer.from('0#1#a0#')).payloads.map(String)).toEqual(['', 'a', '']);
  });

  it('stay what they are, though the socket uses its buffer again', () => {
    const chunk = Buffer.from('3#abc');
    const { payloads } = decode(chunk);
    chunk.fill(0);
    expect(payloads.map(String)).toEqual(['abc']);
  });

  it('may be as long as five digits can say, and no longer', () => {
    const longest = Buffer.alloc(MAX_FRAME_OCTETS, 'x');
    expect(decode(encodeFrame(longest), 3, 5, 50_000).payloads[0]?.equals(longest)).toBe(true);
    expect(() => encodeFrame(Buffer.alloc(MAX_FRAME_OCTETS + 1))).toThrow(expect.objectContaining({ code: 'usage' }));
  });

  it('are read back whatever they hold and wherever the stream is cut', () => {
    const payloads = fc.array(
      fc.uint8Array({ maxLength: 300 }).map((octets) => Buffer.from(octets)),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(payloads, fc.array(fc.nat(2500), { maxLength: 20 }), (sent, cuts) => {
        const { payloads: read, fault, decoder } = decode(Buffer.concat(sent.map(encodeFrame)), ...cuts);
        expect(read).toEqual(sent);
        expect(fault).toBeNull();
        expect(decoder.atBoundary).toBe(true);
      }),
    );
  });
});

describe('a stream that is no stream of frames', () => {
  it.each([
    ['#abc', 0, 'without a length'],
    ['12x#abc', 2, '0x78, which is no digit'],
    ['3#abcINVITE', 5, '0x49, which is no digit'],
    ['3#abc-1#', 5, '0x2d, which is no digit'],
    ['3#abc\r\n', 5, '0x0d, which is no digit'],
    ['100000#', 5, 'more than 5 digits'],
    ['000001#a', 5, 'more than 5 digits'],
  ])('%j stops at octet %i', (text, offset, reason) => {
    const stream = Buffer.from(text);
    const expected = { offset, reason: expect.stringContaining(reason) };
    for (let cut = 0; cut <= stream.length; cut++) expect(decode(stream, cut).fault).toEqual(expected);
  });

  it('gives the frames before the fault, and none after it', () => {
    const { payloads, fault, decoder } = decode(Buffer.from('1#a1#b?1#c'));
    expect(payloads.map(String)).toEqual(['a', 'b']);
    expect(decoder.push(Buffer.from('1#d'))).toEqual({ payloads: [], fault });
    expect(decoder.atBoundary).toBe(false);
  });

  it.each(['1', '5#', '5#abc'])('is known to be cut off after %j', (text) => {
    const { payloads, fault, decoder } = decode(Buffer.from(text));
    expect(payloads).toEqual([]);
    expect(fault).toBeNull();
    expect(decoder.atBoundary).toBe(false);
  });

  it('never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 10 }), (pieces) => {
        const decoder = new FrameDecoder();
        for (const piece of pieces) decoder.push(Buffer.from(piece));
      }),
    );
  });
});
