import { startDrachtioServer } from '../../../harness/drachtio/index.js';
import { UdpNetwork } from '../../../harness/platform/udp-network.js';
import { SipPeer } from './sip-peer.js';

describe('startDrachtioServer', () => {
  it('needs nothing to be said: loopback, ports of the system’s choice, the usual secret', async () => {
    const server = await startDrachtioServer();
    expect(server.control).toEqual({ host: '127.0.0.1', port: expect.any(Number) });
    expect(server.sip).toEqual({ host: '127.0.0.1', port: expect.any(Number) });
    expect(server.connectOptions).toEqual({ ...server.control, secret: 'cymru' });
    expect(server.counters).toMatchObject({ applications: 0, connections: 0 });
    await server.stop();
    await server.stop(); // twice does no harm
  });

  it('takes SIP at several addresses, by name or in one text', async () => {
    const named = await startDrachtioServer({
      sip: [
        { name: 'users', address: { address: '127.0.0.1', port: 0 } },
        { name: 'gateways', address: { address: '127.0.0.1', port: 0 } },
      ],
    });
    expect(named.listeners.map(({ name }) => name)).toEqual(['users', 'gateways']);
    expect(named.sip).toEqual({ host: named.listeners[0]?.host, port: named.listeners[0]?.port });
    await named.stop();
    const written = await startDrachtioServer({ sip: 'udp/127.0.0.1:0, 127.0.0.1:0' });
    expect(written.listeners.map(({ name }) => name)).toEqual(['default', 'listener-2']);
    await written.stop();
  });

  it.each([
    [{ sip: 'bob' }, '"bob" is no address for SIP'],
    [{ sip: 'tcp/127.0.0.1:0' }, '"tcp/127.0.0.1:0" is no address for SIP'],
    [{ sip: [] }, 'an address for SIP at least'],
    [{ outbound: 'http://127.0.0.1:3000/route' }, '"http://127.0.0.1:3000/route" is no application to connect to'],
  ])('refuses %j', async (options, message) => {
    await expect(startDrachtioServer(options)).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining(message) });
  });

  it('opens all of its addresses or none', async () => {
    const network = new UdpNetwork();
    const first = await startDrachtioServer({ network });
    const taken = { address: first.sip.host, port: first.sip.port };
    const sip = [
      { name: 'free', address: { address: '127.0.0.1', port: 0 } },
      { name: 'taken', address: taken },
    ];
    await expect(startDrachtioServer({ network, sip })).rejects.toMatchObject({ code: 'address-in-use' });
    await expect(startDrachtioServer({ network, control: first.control })).rejects.toMatchObject({ code: 'address-in-use' });
    expect(network.openSockets).toBe(1);
    await first.stop();
    expect(network.openSockets).toBe(0);
  });

  it('draws new names each time, or the same from a seed', async () => {
    const network = new UdpNetwork();
    const tags: (string | undefined)[] = [];
    for (const options of [{ seed: 7 }, { seed: 7 }, {}, {}]) {
      const server = await startDrachtioServer({ network, ...options });
      const peer = await SipPeer.open(network, 'alice');
      peer.send(peer.createRequest('OPTIONS', 'sip:server'), { address: server.sip.host, port: server.sip.port });
      tags.push((await peer.takeResponse(503)).toTag);
      await Promise.all([server.stop(), peer.close()]);
    }
    expect(tags[0]).toBe(tags[1]);
    expect(new Set(tags).size).toBe(3);
  });
});
