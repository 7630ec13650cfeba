import { BusyhereError } from '../../platform/errors.js';
import type { IncomingMessage } from '../endpoint.js';
import type { BaresipAgent } from './baresip-agent.js';
import { REQUEST_PATIENCE_MS } from './sent-requests.js';

/** A command line of baresip's holds 1,023 octets, the command's name among them. */
const TEXT_OCTETS = 1_000;
/** The module that sends messages. */
const MODULE = 'contact';

/** Instant messages of one baresip. It sends them to its current contact only, whom its module reads from a file as it is loaded. */
export class InstantMessages {
  /** One after the other: there is one current contact, and a final response finds no module that was unloaded. */
  #sending: Promise<unknown> = Promise.resolve();
  #received = 0;
  #contact: string | undefined;

  constructor(private readonly agent: BaresipAgent) {}

  /**
   * @param isOver whether it has its final response
   * @returns whether it is on its way
   * @throws BusyhereError `usage` for a text that it cannot take
   */
  send(target: string, text: string, isOver: () => boolean): Promise<boolean> {
    if (Buffer.byteLength(text) > TEXT_OCTETS) throw new BusyhereError('usage', `baresip sends ${TEXT_OCTETS} octets of text at most`);
    const sent = this.#sending.then(() => this.#send(target, text));
    this.#sending = sent.then((ok) => ok && this.agent.until(isOver, REQUEST_PATIENCE_MS));
    return sent;
  }

  /** What came in since this was last called. */
  received(): IncomingMessage[] {
    this.agent.log.read();
    const { requests } = this.agent.log;
    const fresh = requests.slice(this.#received).filter(({ sent, request }) => !sent && request.method === 'MESSAGE');
    this.#received = requests.length;
    return fresh.map(({ request }) => ({
      from: request.from?.uriText ?? '',
      contentType: request.contentType ?? 'text/plain',
      text: request.body.toString('utf8'),
    }));
  }

  async #send(target: string, text: string): Promise<boolean> {
    if (target !== this.#contact) await this.#turnTo(target);
    const { ok } = await this.agent.command('message', text);
    return ok;
  }

  /** Loaded anew for the contact that it had, the module would go on with the memory of the old one, which is gone. */
  async #turnTo(target: string): Promise<void> {
    await this.agent.command('rmmod', MODULE); // leaves its own current contact in the file
    this.agent.write('contacts', `"to" <${target}>\n`);
    this.agent.write('current_contact', target);
    await this.agent.command('insmod', MODULE);
    this.#contact = target;
  }
}
