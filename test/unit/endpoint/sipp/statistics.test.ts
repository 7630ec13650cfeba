import { remarksOf, startFailure } from '../../../../harness/endpoint/sipp/sipp-errors';
import { callsCounted, statisticsOf } from '../../../../harness/endpoint/sipp/statistics';

const ADDRESS = { address: '127.0.0.3', port: 5060 };

describe('what sipp says of itself', () => {
  it('counts its calls, and tells why some failed', () => {
    const names =
      'StartTime;ElapsedTime(C);IncomingCall(P);IncomingCall(C);OutgoingCall(C);SuccessfulCall(C);FailedCall(C);FailedUnexpectedMessage(C);';
    const text = `${names}\nx;0;0;1;0;1;0;0;\nx;0;0;3;0;2;1;1;\n`;
    expect(callsCounted(text)).toBe(3);
    expect(statisticsOf(text)).toEqual(['calls: 3 in, 0 out, 2 successful, 1 failed', 'failed unexpected message: 1']);
  });

  it.each(['', 'garbage', 'SuccessfulCall(C);\n'])('says nothing where the file says nothing: %j', (text) => {
    expect(callsCounted(text)).toBe(0);
    expect(statisticsOf(text)).toEqual([]);
  });

  it('complains without time stamps, of each thing once, in its first line', () => {
    const stamp = '2026-11-23\t14:43:45.621137\t1795445025.621137: ';
    const text = `The following events occurred:\n${stamp}Aborting call${stamp}Aborting call\n${stamp}unexpected message, received 'SIP/2.0 200 OK\nVia: x'\n`;
    expect(remarksOf(text)).toEqual(['Aborting call', "unexpected message, received 'SIP/2.0 200 OK"]);
  });

  it('draws on the screen what is no complaint', () => {
    const complaint = 'Unable to bind main socket, errno = 98 (Address already in use)';
    const text = `${complaint}------------------------------ Scenario Screen -------- [1-9]: Change Screen --\n`;
    expect(
      remarksOf(`2026-11-23\t14:43:45.621137\t1795445025.621137: ${complaint}\n2026-11-23\t14:43:45.621137\t1795445025.621137: ${text}`),
    ).toEqual([complaint]);
  });

  it('ends for reasons that are somebody’s: the address, the machine, the user’s file', () => {
    const end = { code: 254, signal: null };
    expect(startFailure('bob', ADDRESS, end, 'Unable to bind main socket, errno = 98 (Address already in use)')).toMatchObject({
      code: 'address-in-use',
      message: "bob's sipp cannot open 127.0.0.3:5060: Unable to bind main socket, errno = 98 (Address already in use)",
      hint: expect.stringContaining('5060'),
    });
    expect(startFailure('bob', ADDRESS, undefined, '')).toMatchObject({
      code: 'environment',
      message: "bob's sipp did not listen within 15 s: it said nothing",
    });
    expect(startFailure('bob', ADDRESS, { code: null, signal: 11 }, '')).toMatchObject({
      code: 'environment',
      message: "bob's sipp was ended by signal 11 (SIGSEGV) as soon as it had begun: it said nothing",
    });
    expect(startFailure('bob', ADDRESS, end, "Unknown element 'recvv'", '/x/uas.xml')).toMatchObject({
      code: 'scenario',
      message: expect.stringMatching(/^\/x\/uas\.xml: bob's sipp ended with exit code 254 .*: Unknown element 'recvv'$/),
    });
  });
});
