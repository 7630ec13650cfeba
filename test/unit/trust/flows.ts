import type { DatagramSocket } from '../../../harness/platform/datagram-network.js';
import { parseSocketAddress } from '../../../harness/platform/socket-address.js';
import type { Flow } from '../../../harness/transaction/flow.js';
import { Listener } from '../../../harness/transaction/listener.js';

/** A flow of the named listener with the peer at `remote`, written `192.0.2.1:5060`. */
export function flowFrom(remote: string, listener = 'default'): Flow {
  const address = parseSocketAddress(remote);
  if (!address) throw new Error(`not an address: ${remote}`);
  const socket: DatagramSocket = { local: { address: '192.0.2.250', port: 5060 }, send: () => {}, close: async () => {} };
  return { listener: new Listener(listener, socket), remote: address };
}
