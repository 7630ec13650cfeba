import { createServer, type Server, type Socket } from 'node:net';
import { type BaresipEvent, ControlLink } from '../../../../harness/endpoint/baresip/control-link';
import { encodeNetstring, NetstringReader } from '../../../../harness/endpoint/baresip/netstring';
import { freePort } from '../../../../harness/endpoint/program/free-port';

/** Takes commands as baresip's module does; a test says what is answered. */
class FakeControl {
  readonly commands: Record<string, unknown>[] = [];
  readonly #reader = new NetstringReader();
  #socket: Socket | undefined;

  private constructor(
    private readonly server: Server,
    private readonly answer: (command: Record<string, unknown>) => unknown[],
  ) {
    server.on('connection', (socket) => {
      this.#socket = socket;
      socket.on('error', () => {});
      socket.on('data', (chunk) => {
        for (const text of this.#reader.read(chunk)) {
          const command = JSON.parse(text);
          this.commands.push(command);
          socket.write(Buffer.concat(this.answer(command).map((said) => encodeNetstring(JSON.stringify(said)))));
        }
      });
    });
  }

  static async open(answer: (command: Record<string, unknown>) => unknown[]): Promise<FakeControl> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new FakeControl(server, answer);
  }

  get address(): { address: string; port: number } {
    const bound = this.server.address();
    return { address: '127.0.0.1', port: typeof bound === 'object' && bound ? bound.port : 0 };
  }

  say(raw: string | Buffer): void {
    this.#socket?.write(raw);
  }

  hangUp(): void {
    this.#socket?.destroy();
  }

  close(): Promise<void> {
    this.hangUp();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

const reply = ({ token }: Record<string, unknown>, ok: boolean, data = ''): unknown => ({ response: true, ok, data, token });

describe('the control channel of baresip', () => {
  let server: FakeControl;
  let link: ControlLink | undefined;
  const events: (BaresipEvent | 'gone')[] = [];
  let told: () => void = () => {};
  const nextEvent = (): Promise<void> =>
    new Promise((resolve) => {
      told = resolve;
    });
  const tell = (event: BaresipEvent | 'gone'): void => {
    events.push(event);
    told();
  };

  const connect = async (answer: (command: Record<string, unknown>) => unknown[]): Promise<ControlLink> => {
    server = await FakeControl.open(answer);
    link = await ControlLink.open(server.address, { heard: tell, gone: () => tell('gone') });
    return link;
  };

  beforeEach(() => {
    events.length = 0;
  });
  afterEach(async () => {
    link?.close();
    await server?.close();
  });

  it('gives each command its own reply, whatever the order', async () => {
    const late: unknown[] = [];
    const control = await connect((command) => {
      if (command.command !== 'dial') return [reply(command, false, 'no such command'), ...late.splice(0)];
      late.push(reply(command, true, 'dialled'));
      return [];
    });
    const dialled = control.command('dial', 'sip:bob@lab.example');
    expect(await control.command('nonsense')).toEqual({ ok: false, data: 'no such command' });
    expect(await dialled).toEqual({ ok: true, data: 'dialled' });
    expect(server.commands.map(({ command, params }) => [command, params])).toEqual([
      ['dial', 'sip:bob@lab.example'],
      ['nonsense', ''],
    ]);
  });

  it('tells events between replies', async () => {
    const event = { event: true, type: 'CALL_INCOMING', class: 'call', id: 'a@b', param: 'sip:carol@lab.example' };
    const control = await connect((command) => [{ ...event, id: undefined }, reply(command, true), event]);
    await control.command('reginfo');
    if (events.length < 2) await nextEvent();
    expect(events).toEqual([
      { type: 'CALL_INCOMING', id: undefined, param: 'sip:carol@lab.example' },
      { type: 'CALL_INCOMING', id: 'a@b', param: 'sip:carol@lab.example' },
    ]);
  });

  it('answers what waits, and says so once, when baresip goes', async () => {
    const control = await connect(() => []);
    const waiting = control.command('dial', 'sip:bob@lab.example');
    const heard = nextEvent();
    server.hangUp();
    expect(await waiting).toEqual({ ok: false, data: 'baresip is gone' });
    await heard;
    expect(await control.command('hangup')).toMatchObject({ ok: false });
    expect(events).toEqual(['gone']);
  });

  it.each(['HTTP/1.1 400 Bad Request\r\n', '3:{x},'])('takes who says %j for no baresip', async (said) => {
    const control = await connect(() => []);
    const waiting = control.command('help');
    server.say(said);
    expect(await waiting).toMatchObject({ ok: false });
    expect(events).toEqual(['gone']);
  });

  it('says nothing of an end that was ours', async () => {
    const control = await connect(() => []);
    const waiting = control.command('help');
    control.close();
    expect(await waiting).toMatchObject({ ok: false });
    expect(events).toEqual([]);
  });

  it('cannot be opened where nobody listens', async () => {
    const port = await freePort('127.0.0.1');
    const opened = ControlLink.open({ address: '127.0.0.1', port }, { heard: tell, gone: () => tell('gone') });
    await expect(opened).rejects.toMatchObject({ code: 'environment' });
    server = await FakeControl.open(() => []);
  });
});
