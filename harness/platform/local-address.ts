import { createSocket } from 'node:dgram';
import { BusyhereError } from './errors.js';
import { formatSocketAddress, type SocketAddress } from './socket-address.js';

/** The IP address of this machine that datagrams to a remote address leave from, as its routes say. Nothing is sent. */
export async function localAddressTowards(remote: SocketAddress): Promise<string> {
  const socket = createSocket(remote.address.includes(':') ? 'udp6' : 'udp4');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.connect(remote.port, remote.address, resolve);
    });
    return socket.address().address;
  } catch (error) {
    throw new BusyhereError(
      'environment',
      `this machine has no way to ${formatSocketAddress(remote)}: ${(error as Error).message}`,
      undefined,
      { cause: error },
    );
  } finally {
    socket.close();
  }
}
