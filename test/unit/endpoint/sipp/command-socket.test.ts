import { createSocket, type Socket } from 'node:dgram';
import { CommandSocket } from '../../../../harness/endpoint/sipp/command-socket';
import { looksLikeSip } from '../../../../harness/trace/looks-like-sip';

describe('commands to the calls of a sipp', () => {
  let sipp: Socket;
  let commands: CommandSocket;
  beforeEach(async () => {
    sipp = createSocket('udp4');
    await new Promise<void>((resolve) => sipp.bind(0, '127.0.0.1', resolve));
    commands = await CommandSocket.open({ address: '127.0.0.1', port: sipp.address().port });
  });
  afterEach(async () => {
    commands.close();
    await new Promise<void>((resolve) => sipp.close(() => resolve()));
  });

  const heard = (): Promise<Buffer> => new Promise((resolve) => sipp.once('message', resolve));

  it('have what sipp finds a call by, and what it looks for in a request, and are no SIP to a trace', async () => {
    commands.send({ callId: 'abc@bob', verb: '486', fields: { Phrase: 'Busy\r\nHere' }, headers: [['X-Mine', 'yes']], body: 'v=0\r\n' });
    const datagram = await heard();
    const text = datagram.toString();
    expect(text).toMatch(/^DO 1\r\nVia: SIP\/2\.0\/UDP /);
    for (const name of ['From', 'To', 'CSeq']) expect(text).toContain(`\r\n${name}: `);
    expect(text).toContain('\r\nCall-ID: abc@bob\r\nDo: 486\r\nPhrase: Busy Here\r\nHeaders:X-Mine: yes:EndOfHeaders'.concat('v=0\r\n'));
    expect(looksLikeSip(datagram)).toBe(false);
  });

  it('differ from one another, since sipp takes the same text for a repetition', async () => {
    const texts: string[] = [];
    for (let count = 0; count < 2; count++) {
      const next = heard();
      commands.send({ callId: 'abc@bob', verb: '180' });
      texts.push((await next).toString());
    }
    expect(new Set(texts).size).toBe(2);
  });

  it('may go where nobody is any more', async () => {
    await new Promise<void>((resolve) => sipp.close(() => resolve()));
    commands.send({ callId: 'abc@bob', verb: 'cancel' });
    sipp = createSocket('udp4');
    await new Promise<void>((resolve) => sipp.bind(0, '127.0.0.1', resolve));
  });
});
