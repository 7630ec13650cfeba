import { formatSocketAddress, parseSocketAddress, sameSocketAddress } from '../../../harness/platform/socket-address.js';

describe('socket addresses', () => {
  it.each([
    ['192.0.2.1:5060', { address: '192.0.2.1', port: 5060 }],
    ['127.10.20.30:1', { address: '127.10.20.30', port: 1 }],
    ['[::1]:65535', { address: '::1', port: 65535 }],
    ['[2001:db8::9:1]:5062', { address: '2001:db8::9:1', port: 5062 }],
    ['[::ffff:192.0.2.1]:5060', { address: '::ffff:192.0.2.1', port: 5060 }],
    ['0.0.0.0:0', { address: '0.0.0.0', port: 0 }],
  ])('read and write %s', (text, address) => {
    expect(parseSocketAddress(text)).toEqual(address);
    expect(formatSocketAddress(address)).toBe(text);
  });

  it('take the default port where none is said', () => {
    expect(parseSocketAddress('192.0.2.1')).toEqual({ address: '192.0.2.1', port: 5060 });
    expect(parseSocketAddress('[2001:db8::1]', 9022)).toEqual({ address: '2001:db8::1', port: 9022 });
  });

  it.each([
    '',
    'localhost:5060',
    '192.0.2.1:',
    '192.0.2.1:65536',
    '192.0.2.1:-1',
    '192.0.2.1:5060 ',
    '192.0.2.256:5060',
    '192.0.2:5060',
    '1.2.3.4.5',
    '...',
    '2001:db8::1',
    '2001:db8::1:5060',
    '[2001:db8::1',
    '[2001:db8::1]5060',
    '[192.0.2.1]:5060',
    '[::1::2]:5060',
    '[:]:5060',
  ])('refuse %j', (text) => {
    expect(parseSocketAddress(text)).toBeUndefined();
  });

  it('give one text for one IPv6 address, however it was written', () => {
    for (const written of ['[2001:DB8::1]:5060', '[2001:db8:0:0:0:0:0:1]:5060', '[2001:0db8::0001]:5060']) {
      expect(parseSocketAddress(written)).toEqual({ address: '2001:db8::1', port: 5060 });
    }
  });

  it('are the same by address and port', () => {
    const address = { address: '127.0.0.1', port: 5060 };
    expect(sameSocketAddress(address, { ...address })).toBe(true);
    expect(sameSocketAddress(address, { ...address, port: 5061 })).toBe(false);
    expect(sameSocketAddress(address, { ...address, address: '127.0.0.2' })).toBe(false);
  });
});
