import { readAppMessage } from './app-message.js';
import type { ConnectionListener, ControlConnection } from './control-connection.js';
import type { Core } from './core.js';
import type { Command } from './leader.js';
import type { Proxies } from './proxies.js';
import { readProxyOrder } from './proxy-order.js';
import type { UserAgentClient } from './user-agent-client.js';
import { isResponse, type UserAgentServer } from './user-agent-server.js';

/** What it says it is; srf asks from 0.8.2 on whether it lives. */
const VERSION = 'v0.9.10';

export interface ApplicationPorts {
  readonly core: Core;
  readonly secret: string;
  readonly client: UserAgentClient;
  readonly server: UserAgentServer;
  readonly proxies: Proxies;
  /** `udp/127.0.0.1:5060,…` of all listeners. */
  hostports(): string;
  /** A connection has authenticated. */
  welcomed(connection: ControlConnection): void;
  left(connection: ControlConnection): void;
  /** A connection has been told why it cannot stay. */
  expelled(connection: ControlConnection): void;
  /** A connection has asked for requests. */
  listening(): void;
}

/** Takes what the applications send. */
export class ApplicationSide implements ConnectionListener {
  constructor(private readonly ports: ApplicationPorts) {}

  command(connection: ControlConnection, command: Command): void {
    const { id, verb, tokens } = command;
    if (tokens.length < 2) return this.#expel(connection, id, 'Invalid message format');
    if (verb === 'authenticate') return this.#authenticate(connection, command);
    if (!connection.authenticated) return this.#expel(connection, id, 'not authenticated');
    switch (verb) {
      case 'route':
        connection.routes.add((tokens[2] ?? '').toLowerCase());
        connection.reply(id, 'OK');
        return this.ports.listening();
      case 'remove_route':
        if (this.ports.core.habits.removesAllRoutes) connection.routes.clear();
        connection.routes.delete((tokens[2] ?? '').toLowerCase());
        return connection.reply(id, 'OK');
      case 'ping':
        return connection.reply(id, 'OK|pong');
      case 'sip':
        return this.#sip(connection, command);
      case 'proxy':
        return this.#proxy(connection, command);
      default:
        return this.#expel(connection, id, 'Unknown message type');
    }
  }

  closed(connection: ControlConnection): void {
    this.ports.left(connection);
  }

  #authenticate(connection: ControlConnection, { id, tokens }: Command): void {
    if (tokens[2] !== this.ports.secret) return this.#expel(connection, id, 'incorrect secret');
    connection.authenticated = true;
    connection.tags = (tokens[3] ?? '').split(',').filter((tag) => tag !== '');
    const hostports = this.ports.hostports();
    connection.reply(id, `OK|${hostports}|${VERSION}|${hostports}`);
    this.ports.welcomed(connection);
  }

  #sip(connection: ControlConnection, { id, tokens, message: octets }: Command): void {
    if (tokens.length < 4) return this.#expel(connection, id, 'Invalid message format');
    const [, , transactionId = '', dialogId = '', route = ''] = tokens;
    const message = readAppMessage(octets);
    if (!message) return connection.reply(id, 'NOK|invalid request-uri: ');
    const { client, server, core } = this.ports;
    if (isResponse(message)) {
      if (transactionId === '') return this.#expel(connection, id, 'transaction id missing');
      return server.respond(connection, id, message, transactionId);
    }
    if (dialogId !== '') return client.sendInDialog(connection, id, message, dialogId);
    if (transactionId !== '') return client.cancel(connection, id, message, transactionId);
    const callId = message.headers.find(([name]) => name.toLowerCase() === 'call-id')?.[1];
    const dialog = callId === undefined ? undefined : core.dialogs.withCallId(callId);
    if (dialog?.confirmed) return client.sendInDialog(connection, id, message, dialog.dialogId);
    client.sendNew(connection, id, message, route);
  }

  #proxy(connection: ControlConnection, { id, tokens, message }: Command): void {
    const order = readProxyOrder(tokens);
    if (!order) return this.#expel(connection, id, 'Invalid proxy request: not enough information provided');
    this.ports.proxies.order(connection, id, order, readAppMessage(message), tokens[2] ?? '');
  }

  /** What the real server does with whom it cannot understand. */
  #expel(connection: ControlConnection, id: string, reason: string): void {
    connection.reply(id, `NO|${reason}`);
    this.ports.expelled(connection);
  }
}
