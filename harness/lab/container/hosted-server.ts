import { SipProxy } from '../../proxy/proxy.js';
import type { ControlReply } from './control-message.js';
import { type ElementPorts, elementRandom, networkWithLinks } from './element-ports.js';
import type { ServerSettings } from './element-settings.js';

/** A proxy in this process that a harness elsewhere configures. */
export class HostedServer {
  readonly #proxy: SipProxy;

  constructor(element: string, settings: ServerSettings, ports: ElementPorts, tell: (reply: ControlReply) => void) {
    const { seed: _seed, links: _links, ...options } = settings;
    const random = elementRandom(settings);
    this.#proxy = new SipProxy({
      ...options,
      clock: ports.clock,
      random,
      network: networkWithLinks(settings, ports, random),
      journal: (entry) => tell({ type: 'journal', element, entry }),
    });
  }

  /** @throws BusyhereError `configuration` */
  setTrust(trust: ServerSettings['trust']): void {
    this.#proxy.setTrust(trust);
  }

  start(): Promise<void> {
    return this.#proxy.start();
  }

  stop(): Promise<void> {
    return this.#proxy.stop();
  }
}
