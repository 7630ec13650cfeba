import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SentRequests } from '../../../../harness/endpoint/baresip/sent-requests';
import { SipLog } from '../../../../harness/endpoint/baresip/sip-log';

const SELF = '127.5.6.4:5060';
const PROXY = '127.5.6.2:5060';

/** One message as baresip writes it. */
const logged = (source: string, destination: string, ...lines: string[]): string =>
  `\x1b[36;1m#\nUDP ${source} -> ${destination}\n${lines.join('\r\n')}\r\n\r\n\x1b[;m\n`;

const dialog = (callId: string, cseq: string): string[] => [
  `Via: SIP/2.0/UDP ${SELF};branch=z9hG4bK${callId}`,
  'From: <sip:bob@lab.example>;tag=1',
  'To: <sip:carol@lab.example>',
  `Call-ID: ${callId}`,
  `CSeq: ${cseq}`,
];
const request = (method: string, callId: string, cseq = 1, ...extra: string[]): string =>
  logged(SELF, PROXY, `${method} sip:carol@lab.example SIP/2.0`, ...dialog(callId, `${cseq} ${method}`), ...extra);
const response = (status: number, method: string, callId: string, cseq = 1): string =>
  logged(PROXY, SELF, `SIP/2.0 ${status} Whatever`, ...dialog(callId, `${cseq} ${method}`));

describe('what baresip logs of its messages', () => {
  let folder: string;
  let file: string;
  let log: SipLog;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'busyhere-log-'));
    file = join(folder, 'stdout');
    writeFileSync(file, 'baresip is ready.\n');
    log = new SipLog(file, { address: '127.5.6.4', port: 5060 });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const write = (text: string): void => appendFileSync(file, text, 'latin1');

  it('is read as it grows, wherever it is cut, between other output', () => {
    const text = `call: connecting..\n\x1b[31mwarned\n\x1b[;m${request('INVITE', 'a')}ua: noise\n${response(486, 'INVITE', 'a')}`;
    for (const octet of text) {
      write(octet);
      log.read();
    }
    expect(log.requests).toMatchObject([{ sent: true, callId: 'a', finalStatus: 486 }]);
  });

  it('tells what was received from what was sent', () => {
    write(logged(PROXY, SELF, 'MESSAGE sip:bob@127.5.6.4 SIP/2.0', ...dialog('m', '7 MESSAGE')));
    expect(log.find('m', 'MESSAGE')).toMatchObject({ sent: false, finalStatus: undefined });
    write(logged(SELF, PROXY, 'SIP/2.0 200 OK', ...dialog('m', '7 MESSAGE')));
    expect(log.find('m', 'MESSAGE')).toMatchObject({ sent: false, finalStatus: 200 });
  });

  it('counts a request once, however often it was sent, and no provisional response for final', () => {
    write(request('INVITE', 'a') + request('INVITE', 'a') + response(180, 'INVITE', 'a') + request('ACK', 'a'));
    expect(log.find('a', 'INVITE')).toMatchObject({ finalStatus: undefined });
    expect(log.requests).toHaveLength(1);
  });

  it('is empty when the file is gone, and stays as it was when closed', () => {
    write(request('OPTIONS', 'o'));
    log.close();
    write(response(200, 'OPTIONS', 'o'));
    expect(log.find('o', 'OPTIONS')).toMatchObject({ finalStatus: undefined });
    const gone = new SipLog(join(folder, 'nothing'), { address: '127.5.6.4', port: 5060 });
    expect(gone.find('o', 'OPTIONS')).toBeUndefined();
  });

  describe('tells the Call-IDs of requests', () => {
    it('in the order in which they were asked for, by method', () => {
      const sent = new SentRequests(log, true);
      const [first, note, second] = [sent.expect('INVITE'), sent.expect('MESSAGE'), sent.expect('INVITE')];
      expect(first.callId).toBe('');
      write(request('REGISTER', 'r') + request('INVITE', 'a') + request('INVITE', 'b') + request('MESSAGE', 'm'));
      expect([first, note, second].map(({ callId }) => callId)).toEqual(['a', 'm', 'b']);
    });

    it('leaving out those whose command failed', () => {
      const sent = new SentRequests(log, true);
      const [failed, other] = [sent.expect('INVITE'), sent.expect('INVITE')];
      sent.withdraw(failed);
      write(request('INVITE', 'a'));
      expect([failed.callId, other.callId]).toEqual(['', 'a']);
    });

    it('once for a request that is sent again with credentials', () => {
      const sent = new SentRequests(log, true);
      const [first, second] = [sent.expect('INVITE'), sent.expect('INVITE')];
      write(
        request('INVITE', 'a') + response(407, 'INVITE', 'a') + request('INVITE', 'a', 2, 'Proxy-Authorization: Digest username="bob"'),
      );
      expect([first.callId, second.callId]).toEqual(['a', '']);
    });
  });

  describe('tells final responses', () => {
    it('but for a challenge that is going to be met', () => {
      const invite = new SentRequests(log, true).expect('INVITE');
      write(request('INVITE', 'a') + response(407, 'INVITE', 'a'));
      expect(invite.finalStatus).toBeUndefined();
      write(request('INVITE', 'a', 2, 'Proxy-Authorization: Digest username="bob"'));
      expect(invite.finalStatus).toBeUndefined();
      write(response(407, 'INVITE', 'a', 2));
      expect(invite.finalStatus).toBe(407);
    });

    it('of a challenge too, where there is no account', () => {
      const invite = new SentRequests(log, false).expect('INVITE');
      write(request('INVITE', 'a') + response(407, 'INVITE', 'a'));
      expect(invite.finalStatus).toBe(407);
    });
  });
});
