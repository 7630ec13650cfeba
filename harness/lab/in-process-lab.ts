import { SocketLab, type SocketLabOptions } from './socket-lab.js';
import type { Topology } from './topology.js';
import { unlessAborted } from './unless-aborted.js';

export type InProcessLabOptions = SocketLabOptions;

/** All servers and participants in this process. */
export class InProcessLab extends SocketLab {
  constructor(topology: Topology, options: InProcessLabOptions) {
    super(topology, options, options.engine.addresses);
  }

  async start(): Promise<void> {
    await this.openSockets();
    const registering = this.topology.participants.filter(({ account }) => account);
    await unlessAborted(Promise.all(registering.map(({ name }) => this.endpoint(name).register())), this.options.signal);
  }
}
