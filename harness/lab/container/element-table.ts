import { RegistrationError } from '../../endpoint/registration.js';
import { BusyhereError, errorCode } from '../../platform/errors.js';
import { admit } from './admission.js';
import type { Command, ControlReply, Fault } from './control-message.js';
import type { ElementPorts } from './element-ports.js';
import { HostedEndpoint } from './hosted-endpoint.js';
import { HostedServer } from './hosted-server.js';
import type { HostRole } from './role.js';

/** The elements of one container, and what is done with them at the harness's word. */
export class ElementTable {
  readonly #elements = new Map<string, HostedEndpoint | HostedServer>();

  constructor(
    private readonly host: Pick<HostRole, 'role' | 'name'>,
    private readonly ports: ElementPorts,
    private readonly tell: (reply: ControlReply) => void,
  ) {}

  get size(): number {
    return this.#elements.size;
  }

  /**
   * @throws BusyhereError as the element does, `internal` for one that is not there or cannot do it, `configuration` for one
   *   that the container's role has no place for
   */
  async execute(command: Exclude<Command, { do: 'ping' }>): Promise<void> {
    if (command.do === 'openEndpoint' || command.do === 'openServer') admit(this.host, command);
    switch (command.do) {
      case 'openEndpoint':
        return this.#open(command.element, new HostedEndpoint(command.element, command.settings, this.ports, this.tell));
      case 'openServer':
        return this.#open(command.element, new HostedServer(command.element, command.settings, this.ports, this.tell));
      case 'close':
        return this.#close(command.element);
      case 'trust':
        return this.#server(command.element).setTrust(command.trust);
      default:
        return this.#endpoint(command.element).execute(command);
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#elements.keys()].map((element) => this.#close(element)));
  }

  async #open(name: string, element: HostedEndpoint | HostedServer): Promise<void> {
    if (this.#elements.has(name)) throw new BusyhereError('internal', `the element ${name} is there already`);
    this.#elements.set(name, element);
    try {
      await element.start();
    } catch (error) {
      await this.#close(name);
      throw error;
    }
  }

  async #close(name: string): Promise<void> {
    const element = this.#elements.get(name);
    this.#elements.delete(name);
    await element?.stop();
  }

  #endpoint(name: string): HostedEndpoint {
    const element = this.#elements.get(name);
    if (element instanceof HostedEndpoint) return element;
    throw new BusyhereError('internal', `there is no endpoint ${name} here`);
  }

  #server(name: string): HostedServer {
    const element = this.#elements.get(name);
    if (element instanceof HostedServer) return element;
    throw new BusyhereError('internal', `there is no server ${name} here`);
  }
}

/** An error as it crosses the channel. */
export function faultOf(error: unknown): Fault {
  const { message, hint } = error as Partial<BusyhereError>;
  const fault = { code: errorCode(error) ?? 'internal', message: message ?? String(error), hint: hint ?? null };
  if (!(error instanceof RegistrationError)) return fault;
  const { who, registrar, status, reason } = error;
  return { ...fault, registration: { who, registrar, status: status ?? null, reason } };
}
