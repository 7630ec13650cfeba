import type { DatagramNetwork } from './datagram-network.js';

/** Whether an address is this machine's, be it of an interface that is not running: a socket can be opened there. */
export async function canBind(network: DatagramNetwork, address: string): Promise<boolean> {
  try {
    const socket = await network.bind({ address, port: 0 }, { datagram: () => {} });
    await socket.close();
    return true;
  } catch {
    return false;
  }
}
