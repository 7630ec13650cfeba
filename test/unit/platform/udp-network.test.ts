import type { DatagramSocket } from '../../../harness/platform/datagram-network.js';
import type { SocketAddress } from '../../../harness/platform/socket-address.js';
import { UdpNetwork } from '../../../harness/platform/udp-network.js';

const ANY = { address: '127.0.0.1', port: 0 };

/** A socket that keeps what it is told, and lets a test wait for it. */
async function opened(network: UdpNetwork, local: SocketAddress = ANY) {
  const heard: { text: string; source: SocketAddress }[] = [];
  const errors: Error[] = [];
  const waiting: (() => void)[] = [];
  const told = (): void => {
    for (const go of waiting.splice(0)) go();
  };
  const socket = await network.bind(local, {
    datagram: (payload, source) => {
      heard.push({ text: payload.toString('latin1'), source });
      told();
    },
    error: (error) => {
      errors.push(error);
      told();
    },
  });
  const until = async (done: () => boolean): Promise<void> => {
    while (!done()) await new Promise<void>((resolve) => waiting.push(resolve));
  };
  return { socket, heard, errors, until };
}

describe('UdpNetwork', () => {
  const network = new UdpNetwork();
  const open: DatagramSocket[] = [];
  const start = async (local?: SocketAddress) => {
    const one = await opened(network, local);
    open.push(one.socket);
    return one;
  };

  afterEach(async () => {
    await Promise.all(open.splice(0).map((socket) => socket.close()));
    expect(network.openSockets).toBe(0);
  });

  it('carries datagrams both ways over loopback, byte for byte, with their sources', async () => {
    const [alice, bob] = [await start(), await start({ address: '127.0.0.2', port: 0 })];
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, octet) => octet));
    alice.socket.send(bytes, bob.socket.local);
    await bob.until(() => bob.heard.length > 0);
    expect(bob.heard).toEqual([{ text: bytes.toString('latin1'), source: alice.socket.local }]);
    bob.socket.send(Buffer.alloc(0), alice.socket.local);
    await alice.until(() => alice.heard.length > 0);
    expect(alice.heard).toEqual([{ text: '', source: bob.socket.local }]);
  });

  it('chooses a port for port 0 and says which', async () => {
    const { socket } = await start();
    expect(socket.local.address).toBe('127.0.0.1');
    expect(socket.local.port).toBeGreaterThan(0);
    expect(network.openSockets).toBe(1);
  });

  it('refuses a taken address by code, and says what to look at', async () => {
    const { socket } = await start();
    await expect(opened(network, socket.local)).rejects.toMatchObject({
      code: 'address-in-use',
      message: expect.stringContaining(`127.0.0.1:${socket.local.port}`),
      hint: expect.stringContaining(String(socket.local.port)),
    });
    expect(network.openSockets).toBe(1);
  });

  it.each([
    ['an address of another machine', { address: '192.0.2.1', port: 0 }],
    ['no address', { address: 'lab.example', port: 0 }],
    ['no port', { address: '127.0.0.1', port: 70_000 }],
  ])('refuses %s by code', async (_, local) => {
    await expect(opened(network, local)).rejects.toMatchObject({ name: 'BusyhereError', code: 'address-unavailable' });
    expect(network.openSockets).toBe(0);
  });

  it('frees the address by the time it says closed, however often it is closed', async () => {
    const { socket } = await start();
    await Promise.all([socket.close(), socket.close()]);
    await socket.close();
    expect(network.openSockets).toBe(0);
    expect((await start(socket.local)).socket.local).toEqual(socket.local);
  });

  it('sends nothing after closing, and does not complain', async () => {
    const [alice, bob, carol] = [await start(), await start(), await start()];
    const closing = alice.socket.close();
    alice.socket.send(Buffer.from('late'), bob.socket.local);
    await closing;
    carol.socket.send(Buffer.from('after'), bob.socket.local);
    await bob.until(() => bob.heard.length > 0);
    expect(bob.heard.map(({ text }) => text)).toEqual(['after']);
    expect(alice.errors).toEqual([]);
  });

  it.each([
    ['port 0', { address: '127.0.0.1', port: 0 }, 1],
    ['a port that cannot be', { address: '127.0.0.1', port: 70_000 }, 1],
    ['a host name', { address: 'lab.example', port: 5060 }, 1],
    ['another family', { address: '::1', port: 5060 }, 1],
    ['too many octets', { address: '127.0.0.1', port: 5060 }, 70_000],
  ])('tells its owner that a datagram to %s could not be sent, and stays open', async (_, destination, octets) => {
    const [alice, bob] = [await start(), await start()];
    expect(() => alice.socket.send(Buffer.alloc(octets), destination)).not.toThrow();
    expect(alice.errors).toEqual([]); // never within the call that sends
    await alice.until(() => alice.errors.length > 0);
    alice.socket.send(Buffer.from('still here'), bob.socket.local);
    await bob.until(() => bob.heard.length > 0);
    expect(alice.errors).toHaveLength(1);
  });

  it('works over IPv6 where the machine has it', async () => {
    const one = await opened(network, { address: '::1', port: 0 }).catch(() => undefined);
    if (!one) return; // containers without IPv6 are common
    open.push(one.socket);
    one.socket.send(Buffer.from('x'), one.socket.local);
    await one.until(() => one.heard.length > 0);
    expect(one.heard).toEqual([{ text: 'x', source: one.socket.local }]);
  });
});
