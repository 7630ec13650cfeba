import { createServer, type Server, type Socket } from 'node:net';
import { type TwinEvent, TwinLink } from '../../../../harness/endpoint/sipp/twin-link';
import { SystemClock } from '../../../../harness/platform/system-clock';

/** Something that takes the place of sipp at the other end of its channel. */
class Twin {
  readonly received: string[] = [];
  #socket: Socket | undefined;
  readonly #server: Server;
  readonly connected: Promise<void>;
  #heard: () => void = () => {};

  constructor() {
    this.#server = createServer();
    this.connected = new Promise((resolve) => {
      this.#server.once('connection', (socket) => {
        this.#socket = socket;
        socket.setEncoding('utf8').on('data', (text: string) => {
          this.received.push(text);
          this.#heard();
        });
        resolve();
      });
    });
  }

  open(): Promise<number> {
    return new Promise((resolve) => {
      this.#server.listen(0, '127.0.0.1', () => resolve((this.#server.address() as { port: number }).port));
    });
  }

  async heard(): Promise<string> {
    if (this.received.length === 0)
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
    return this.received.join('');
  }

  say(text: string): void {
    this.#socket?.write(text);
  }

  async close(): Promise<void> {
    this.#socket?.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

describe('the channel to sipp', () => {
  const clock = new SystemClock();
  let twin: Twin;
  let port: number;
  beforeEach(async () => {
    twin = new Twin();
    port = await twin.open();
  });
  afterEach(async () => {
    await twin.close();
    expect(clock.pendingTimers).toBe(0);
  });

  const open = async (heard: (event: TwinEvent) => void = () => {}): Promise<TwinLink> => {
    const link = await TwinLink.open({ address: '127.0.0.1', port }, clock, () => true, heard);
    await twin.connected;
    if (!link) throw new Error('no link');
    return link;
  };

  it('takes commands, each ended by an escape, lines kept apart', async () => {
    const link = await open();
    const headers = [
      ['User-Agent', 'x'],
      ['X-Evil', 'a\r\nb'],
    ] as const;
    link.send({ callId: 'c@x', verb: 'invite', fields: { Target: 'sip:bob@lab.example' }, headers, body: 'v=0\r\n\x1b' });
    expect(await twin.heard()).toBe(
      'Call-ID: c@x\r\nDo: invite\r\nTarget: sip:bob@lab.example\r\nHeaders:User-Agent: x\r\nX-Evil: a b:EndOfHeadersv=0\r\n \x1b',
    );
    link.close();
  });

  it('tells what happens, however it is cut into pieces', async () => {
    const events: TwinEvent[] = [];
    let seen: () => void = () => {};
    const link = await open((event) => {
      events.push(event);
      seen();
    });
    const message = 'SIP/2.0 486 Busy Here\r\nVia: SIP/2.0/UDP x\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n';
    const whole = `Call-ID: c@x\r\nEvent: final\r\n\r\n${message}\x1bCall-ID: d@x\r\nEvent: bye\r\n\r\n${message}\x1bgarbage\x1b`;
    const both = new Promise<void>((resolve) => {
      seen = () => events.length === 2 && resolve();
    });
    for (const piece of whole.match(/[\s\S]{1,7}/g) ?? []) twin.say(piece);
    await both;
    expect(events.map(({ callId, event }) => [callId, event])).toEqual([
      ['c@x', 'final'],
      ['d@x', 'bye'],
    ]);
    expect(events[0]?.message).toMatchObject({ kind: 'response', status: 486 });
    link.close();
  });

  it('is given up when sipp is gone', async () => {
    await twin.close();
    twin = new Twin();
    await twin.open();
    let asked = 0;
    const link = await TwinLink.open(
      { address: '127.0.0.1', port },
      clock,
      () => asked++ < 3,
      () => {},
    );
    expect(link).toBeUndefined();
  });
});
