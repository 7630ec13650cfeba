import type { ExternalSut } from '../../../harness/lab/external-sut';
import type { SocketAddress } from '../../../harness/platform/socket-address';

/** A proxy that runs already, of which nothing is said but where it listens and what differs. */
export function sutAt(address: SocketAddress, over: Partial<ExternalSut> = {}): ExternalSut {
  return {
    address,
    listeners: {},
    server: null,
    domain: null,
    accounts: {},
    localAddress: null,
    addresses: {},
    trust: [],
    horizonMs: 2_000,
    ...over,
  };
}
