import { errorCode } from '../../../harness/platform/errors.js';
import { addressOctets, parseAddressRange, rangeContains } from '../../../harness/trust/address-range.js';

function contains(range: string, address: string): boolean {
  return rangeContains(parseAddressRange(range), addressOctets(address) ?? []);
}

describe('address ranges', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1', true],
    ['192.0.2.1', '192.0.2.2', false],
    ['192.0.2.0/24', '192.0.2.255', true],
    ['192.0.2.0/24', '192.0.3.0', false],
    ['192.0.2.77/24', '192.0.2.1', true], // bits behind the prefix are ignored
    ['192.0.2.128/25', '192.0.2.127', false],
    ['192.0.2.128/25', '192.0.2.128', true],
    ['192.0.2.8/30', '192.0.2.11', true],
    ['192.0.2.8/30', '192.0.2.12', false],
    ['127.0.0.0/8', '127.255.0.3', true],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['::/0', '2001:db8::1', true],
    ['::/0', '192.0.2.1', false],
    ['2001:db8::1', '2001:DB8:0:0:0:0:0:1', true],
    ['2001:db8::1', '[2001:db8::1]', true],
    ['2001:db8::/33', '2001:db8:7fff::1', true],
    ['2001:db8::/33', '2001:db8:8000::1', false],
    ['fe80::1', 'fe80::1%eth0', true],
    ['192.0.2.1', '::ffff:192.0.2.1', true], // as a dual-stack socket shows it
    ['192.0.2.1', '::ffff:c000:201', true],
    ['::1', '::1', true],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0', true],
  ])('%s contains %s: %s', (range, address, expected) => {
    expect(contains(range, address)).toBe(expected);
  });

  test.each(['gateway.example', '192.0.2.1/33', '2001:db8::/129', '192.0.2.0/x', '192.0.2.0/', '192.0.2', ''])('%p is refused', (text) => {
    let code: string | undefined;
    try {
      parseAddressRange(text);
    } catch (error) {
      code = errorCode(error);
    }
    expect(code).toBe('configuration');
  });

  test('a host name is no address', () => {
    expect(addressOctets('bob.example')).toBeUndefined();
  });
});
