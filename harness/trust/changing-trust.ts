import type { SocketAddress } from '../platform/socket-address.js';
import type { TrustModel } from './trust-model.js';
import type { HostTrust, ListenerTrust, Role, TrustQuirk } from './trust-settings.js';

/** A trust model that can be exchanged under those who ask it: the next question gets the new one's answer. */
export class ChangingTrust implements TrustModel {
  constructor(private model: TrustModel) {}

  change(model: TrustModel): void {
    this.model = model;
  }

  get server(): string {
    return this.model.server;
  }

  get quirks(): ReadonlySet<TrustQuirk> {
    return this.model.quirks;
  }

  get refuseClients(): boolean {
    return this.model.refuseClients;
  }

  listener(name: string): ListenerTrust | undefined {
    return this.model.listener(name);
  }

  host(remote: SocketAddress): HostTrust | undefined {
    return this.model.host(remote);
  }

  role(remote: SocketAddress): Role {
    return this.model.role(remote);
  }
}
