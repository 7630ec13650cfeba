import { createServer, type Server, type Socket } from 'node:net';
import { VirtualClock } from '../../../../harness/platform/virtual-clock';
import { connectSrf, type SrfConnection } from '../../../../harness/proxy/drachtio/connect-srf';

const MINUTE = 60_000;

/** A control port with whatever manners the test wants. */
class ControlPort {
  readonly sockets: Socket[] = [];

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async open(connected: (socket: Socket) => void, options: { allowHalfOpen?: boolean } = {}): Promise<ControlPort> {
    const server = createServer(options);
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
    });
    const control = new ControlPort(server, port);
    server.on('connection', (socket) => {
      control.sockets.push(socket);
      connected(socket);
    });
    return control;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** Answers `authenticate` with the verdict, and all that comes later with nothing. */
function answering(verdict: string): (socket: Socket) => void {
  return (socket) => {
    socket.once('data', (data) => {
      const id = /#([^|]+)\|/.exec(data.toString())?.[1];
      const payload = `server|response|${id}|${verdict}`;
      socket.write(`${payload.length}#${payload}`);
    });
  };
}

function connect(port: number, clock: VirtualClock): Promise<SrfConnection> {
  return connectSrf({ control: { host: '127.0.0.1', port, secret: 'secret' }, clock, methods: ['invite'], handle: () => {} });
}

it('learns where the server takes SIP over UDP, of all that it offers', async () => {
  const clock = new VirtualClock();
  const control = await ControlPort.open(
    answering('OK|udp/192.0.2.1:5060,tcp/192.0.2.1:5060,udp/2001:db8::1:5062|v0.9.10|udp/10.0.0.1:5060'),
  );
  const connection = await connect(control.port, clock);
  expect(connection.sip).toEqual([
    { address: '192.0.2.1', port: 5060 },
    { address: '2001:db8::1', port: 5062 },
  ]);
  await connection.close();
  expect(clock.pendingTimers).toBe(0);
  await connection.close(); // once more does nothing
  await control.close();
});

it('gives a server up that says nothing', async () => {
  const clock = new VirtualClock();
  let asked = (): void => {};
  const listening = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const control = await ControlPort.open((socket) => socket.once('data', asked));
  const outcome = expect(connect(control.port, clock)).rejects.toMatchObject({
    code: 'environment',
    message: expect.stringContaining('it does not answer'),
  });
  await listening;
  clock.advance(MINUTE);
  await outcome;
  clock.advance(MINUTE);
  expect(clock.pendingTimers).toBe(0);
  await control.close();
});

it('does not wait for a server that keeps its side of the connection open', async () => {
  const clock = new VirtualClock();
  const control = await ControlPort.open(answering('OK|udp/192.0.2.1:5060|v0.9.10|udp/192.0.2.1:5060'), { allowHalfOpen: true });
  const connection = await connect(control.port, clock);
  const closed = connection.close();
  clock.advance(MINUTE);
  await closed;
  expect(clock.pendingTimers).toBe(0);
  await control.close();
});

it('closes what a server has closed already', async () => {
  const clock = new VirtualClock();
  const control = await ControlPort.open(answering('OK|udp/192.0.2.1:5060|v0.9.10|udp/192.0.2.1:5060'));
  const connection = await connect(control.port, clock);
  const gone = new Promise((resolve) => (connection.srf as unknown as NodeJS.EventEmitter).on('close', resolve));
  await control.close();
  await gone;
  await connection.close();
  expect(clock.pendingTimers).toBe(0);
});

it('says that the secret is wrong, and not which it was', async () => {
  const clock = new VirtualClock();
  const control = await ControlPort.open(answering('NO|incorrect secret'));
  await expect(connect(control.port, clock)).rejects.toMatchObject({
    code: 'configuration',
    message: `the drachtio-server at 127.0.0.1:${control.port} does not accept the secret`,
  });
  await control.close();
});
