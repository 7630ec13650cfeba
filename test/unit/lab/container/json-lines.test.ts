import { JsonLines, jsonLine } from '../../../../harness/lab/container/json-lines.js';

describe('JSON values on a stream', () => {
  it('are whole, however the pieces are cut', () => {
    const values = [{ a: 1 }, { text: 'ü\n' }, [], null];
    const stream = Buffer.concat(values.map(jsonLine));
    for (let size = 1; size <= stream.length; size++) {
      const lines = new JsonLines();
      const read: unknown[] = [];
      for (let at = 0; at < stream.length; at += size) read.push(...lines.push(stream.subarray(at, at + size)));
      expect(read).toEqual(values);
    }
  });

  it.each([
    ['a line without an end', Buffer.alloc(17, 0x20)],
    ['a line with one', Buffer.from(`"${'x'.repeat(16)}"\n`)],
  ])('are refused beyond their limit: %s', (_, bytes) => {
    expect(() => new JsonLines(16).push(bytes)).toThrow('more than 16 octets');
  });

  it('are refused where they are none', () => {
    expect(() => new JsonLines().push(Buffer.from('{"a":\n'))).toThrow(expect.objectContaining({ code: 'transport' }));
  });
});
