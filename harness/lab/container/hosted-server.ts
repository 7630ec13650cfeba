import { BusyhereError } from '../../platform/errors.js';
import { SipProxy } from '../../proxy/proxy.js';
import type { ProxyOptions } from '../../proxy/proxy-options.js';
import { drachtioServers } from '../drachtio-element.js';
import type { LabElement } from '../make-server.js';
import type { ControlReply } from './control-message.js';
import { type ElementPorts, elementRandom, networkWithLinks } from './element-ports.js';
import type { ServerSettings } from './element-settings.js';

/** A proxy or B2BUA in this process that a harness elsewhere configures. */
export class HostedServer {
  readonly #server: LabElement;

  constructor(element: string, settings: ServerSettings, ports: ElementPorts, tell: (reply: ControlReply) => void) {
    const { seed: _seed, links: _links, drachtioGuardMs, ...given } = settings;
    const random = elementRandom(settings);
    const options: ProxyOptions = {
      ...given,
      clock: ports.clock,
      random,
      network: networkWithLinks(settings, ports, random),
      journal: (entry) => tell({ type: 'journal', element, entry }),
    };
    this.#server = drachtioGuardMs === undefined ? new SipProxy(options) : drachtioServers(drachtioGuardMs)(options);
  }

  /** @throws BusyhereError `configuration`; `usage` where the server takes its trust only when it starts */
  setTrust(trust: ServerSettings['trust']): void {
    if (!(this.#server instanceof SipProxy)) throw new BusyhereError('usage', 'a B2BUA takes its trust when it starts');
    this.#server.setTrust(trust);
  }

  start(): Promise<void> {
    return this.#server.start();
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }
}
