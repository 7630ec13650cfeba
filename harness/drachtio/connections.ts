import type { Clock, Timer } from '../platform/clock.js';
import type { Stream, StreamHandlers } from '../platform/stream-network.js';
import type { Applications } from './applications.js';
import { type ConnectionListener, ControlConnection } from './control-connection.js';
import type { Names } from './names.js';
import type { ServerLimits } from './server-options.js';

/** The connections of applications from their first octet on, whoever opened them. */
export class Connections {
  readonly #patience = new Map<ControlConnection, Timer>();

  constructor(
    private readonly clock: Clock,
    private readonly names: Names,
    private readonly limits: ServerLimits,
    private readonly applications: Applications,
    private readonly listener: ConnectionListener,
  ) {}

  /** Takes a new connection, and lets go of one that does not say who it is. */
  take(stream: Stream): ControlConnection & StreamHandlers {
    const connection = new ControlConnection(stream, this.names, this.limits, this.listener);
    this.applications.add(connection);
    if (this.applications.size > this.limits.connections) connection.destroy();
    else this.#destroyLater(connection);
    return connection;
  }

  /** It cannot be understood, or does not know the secret: it may read what it is told, but not stay. */
  expel(connection: ControlConnection): void {
    connection.end();
    this.#destroyLater(connection);
  }

  /** It has said the secret. */
  welcome(connection: ControlConnection): void {
    this.#patience.get(connection)?.cancel();
    this.#patience.delete(connection);
  }

  forget(connection: ControlConnection): void {
    this.welcome(connection);
    this.applications.remove(connection);
  }

  /** Ends all of them. */
  stop(): void {
    for (const connection of this.applications.values()) {
      this.welcome(connection);
      connection.destroy();
    }
  }

  #destroyLater(connection: ControlConnection): void {
    this.welcome(connection);
    const timer = this.clock.setTimer(this.limits.authenticateWithin, () => connection.destroy());
    this.#patience.set(connection, timer);
  }
}
