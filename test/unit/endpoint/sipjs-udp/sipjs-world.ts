import type { EndpointOptions } from '../../../../harness/endpoint/endpoint';
import { Messenger } from '../../../../harness/endpoint/messenger/messenger';
import type { Persona } from '../../../../harness/endpoint/persona';
import { SipjsEndpoint } from '../../../../harness/endpoint/sipjs-udp/sipjs-endpoint';
import { RFC3261_TIMERS } from '../../../../harness/transaction/timer-values';
import { addressOf, World } from '../world';

/** A simulated network with endpoints of the library on it. Only tests simulate it: what it draws follows from no seed. */
export class SipjsWorld extends World {
  readonly #endpoints: SipjsEndpoint[] = [];

  async endpoint(name: string, host: number, options: Partial<EndpointOptions> & { persona?: Persona } = {}): Promise<SipjsEndpoint> {
    const { persona = new Messenger(), ...rest } = options;
    const { clock, network } = this;
    const ports = { clock, network, random: this.random.fork(name), timers: RFC3261_TIMERS };
    const endpoint = new SipjsEndpoint({ name, address: addressOf(host), domain: 'lab.example', ...ports, ...rest }, persona);
    await endpoint.start();
    this.#endpoints.push(endpoint);
    return endpoint;
  }

  /** Lets time pass in small steps: the library does much in promises, each of which needs a turn of its own. */
  override async pass(durationMs: number): Promise<void> {
    const end = this.clock.now() + durationMs;
    while (this.clock.now() < end) await super.pass(Math.min(end - this.clock.now(), 10));
  }

  override async close(): Promise<void> {
    await Promise.all(this.#endpoints.map((endpoint) => endpoint.stop()));
    await super.close();
  }
}
