import { controlTaken, remarksOf, startFailure } from '../../../../harness/endpoint/baresip/start-failure';

const ADDRESS = { address: '127.5.6.4', port: 5060 };
const WARNED = '\x1b[31mua: SIP Transport failed: Address already in use\n\x1b[;m\x1b[31mua: init failed (Address already in use)\n\x1b[;m';

describe('a baresip that does not start', () => {
  it('has its address taken', () => {
    const error = startFailure('bob', ADDRESS, { code: 98, signal: null }, `baresip v1.0.0\n${WARNED}ua: stop all\n`);
    expect(error).toMatchObject({ code: 'address-in-use', hint: expect.stringContaining('5061') });
    expect(error.message).toBe(
      "bob's baresip cannot open 127.5.6.4:5060: ua: SIP Transport failed: Address already in use; ua: init failed (Address already in use)",
    );
  });

  it.each([
    [{ code: 127, signal: null }, "bob's baresip ended with exit code 127 as soon as it had begun: it said nothing"],
    [{ code: null, signal: 11 }, "bob's baresip was ended by signal 11 (SIGSEGV) as soon as it had begun: it said nothing"],
    [undefined, "bob's baresip did not get ready: it said nothing"],
  ])('says how it ended: %j', (end, message) => {
    expect(startFailure('bob', ADDRESS, end, '')).toMatchObject({ code: 'environment', message });
  });

  it('may only lack the port for commands', () => {
    expect(controlTaken('\x1b[31mctrl_tcp: failed to listen on TCP 127.5.6.4:4444 (Address already in use)\n\x1b[;m')).toBe(true);
    expect(controlTaken(WARNED)).toBe(false);
  });

  it('is told of each of its warnings once, and of nothing else that it wrote', () => {
    expect(remarksOf(`ready\n\x1b[36;1m#\nUDP a -> b\nOPTIONS\n\x1b[;m\n${WARNED}${WARNED}`)).toEqual([
      'ua: SIP Transport failed: Address already in use',
      'ua: init failed (Address already in use)',
    ]);
  });
});
