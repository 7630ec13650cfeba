/// <reference path="./sipjs-udp.d.ts" />
import type { Transport as LibraryTransport, Sip, UA } from 'sipjs-udp';
import type { DatagramNetwork, DatagramSocket } from '../../platform/datagram-network.js';
import type { SocketAddress } from '../../platform/socket-address.js';
import type { SipMessage, SipResponse } from '../../sip/message.js';
import { parseMessage } from '../../sip/parse-message.js';
import { responseAddress } from '../../transaction/response-address.js';
import type { AgentScope } from './agent-scope.js';
import { receivedMessage } from './received-message.js';

/** A socket of ours in place of the library's own, so that its traffic is recorded where it passes. */
export class Transport implements LibraryTransport {
  connected = false;
  readonly server = {};
  #socket: DatagramSocket | undefined;
  /** By this name the library asks for it. */
  ua: UA | undefined;
  #received: SipMessage | undefined;

  constructor(
    private readonly sip: Pick<Sip, 'Transport'>,
    private readonly scope: AgentScope,
    /** Where in-dialog requests go whose URI names no address. */
    private readonly fallback: SocketAddress | undefined,
  ) {}

  /** The message that the library is working on, as it was on the wire; undefined between messages. */
  get received(): SipMessage | undefined {
    return this.#received;
  }

  /** @throws BusyhereError `address-in-use` or `address-unavailable`, where the library would end the process */
  async open(network: DatagramNetwork, local: SocketAddress): Promise<SocketAddress> {
    const socket = await network.bind(local, { datagram: (payload, source) => this.#receive(payload, source) });
    this.#socket = socket;
    return socket.local;
  }

  /** From now on what arrives is the agent's. */
  connect(agent: UA): void {
    this.ua = agent;
    this.connected = true;
    agent.transport = this;
    agent.onTransportConnected(this);
  }

  /** What `stop` of the library calls, and its own transport lacks. */
  disconnect(): void {
    this.connected = false;
    this.ua = undefined;
  }

  async close(): Promise<void> {
    this.disconnect();
    await this.#socket?.close();
  }

  /** Responses go where RFC 3261 §18.2.2 says, which the library does not look at; requests where it says. */
  send(host: string, port: number, message: { toString(): string }): boolean {
    const datagram = Buffer.from(message.toString(), 'utf8');
    const hop = returnAddress(datagram) ?? (isAddress(host) ? { address: host, port } : this.fallback);
    if (hop) this.#socket?.send(datagram, hop, () => {});
    return true;
  }

  /** The library throws at what it did not expect, a response without a CSeq for one: that is its own end, not the process's. */
  #receive(datagram: Buffer, source: SocketAddress): void {
    if (!this.ua) return;
    const { text, message } = receivedMessage(datagram, source);
    this.#received = message;
    try {
      this.scope.run(() => this.sip.Transport.prototype.onMessage.call(this, { data: text }));
    } catch {
      // Dropped, as a message is that cannot be understood.
    } finally {
      this.#received = undefined;
    }
  }
}

function returnAddress(datagram: Buffer): SocketAddress | undefined {
  const parsed = parseMessage(datagram);
  return parsed.ok && parsed.value.kind === 'response' ? addressOf(parsed.value) : undefined;
}

function addressOf({ topVia }: SipResponse): SocketAddress | undefined {
  return topVia && responseAddress(topVia);
}

function isAddress(host: string): boolean {
  return host.includes(':') || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(host);
}
