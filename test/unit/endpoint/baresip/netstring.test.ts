import { encodeNetstring, NetstringReader } from '../../../../harness/endpoint/baresip/netstring';

describe('netstrings', () => {
  it('count octets, not characters', () => {
    expect(encodeNetstring('hé').toString('latin1')).toBe('3:h\xc3\xa9,');
    expect(encodeNetstring('').toString()).toBe('0:,');
  });

  it('are read wherever the stream is cut', () => {
    const texts = ['{"event":true}', '', '7:nested,', 'Ünïcode: „,“'];
    const stream = Buffer.concat(texts.map(encodeNetstring));
    for (let cut = 0; cut <= stream.length; cut++) {
      const reader = new NetstringReader();
      expect([...reader.read(stream.subarray(0, cut)), ...reader.read(stream.subarray(cut))]).toEqual(texts);
    }
  });

  it('are read octet by octet, each as soon as it is complete', () => {
    const reader = new NetstringReader();
    const octets = [...Buffer.concat([encodeNetstring('one'), encodeNetstring('two')])].map((octet) => reader.read(Buffer.from([octet])));
    expect(octets.map((texts, index) => [index, ...texts]).filter(({ length }) => length > 1)).toEqual([
      [5, 'one'],
      [11, 'two'],
    ]);
  });

  it.each(['GET / HTTP/1.0\r\n', ':x,', '3:abcd', '03:abc,', '-1:,', '99999999:', '2000000:x'])('are not %j', (text) => {
    expect(() => new NetstringReader().read(Buffer.from(text))).toThrow('no netstring');
  });
});
