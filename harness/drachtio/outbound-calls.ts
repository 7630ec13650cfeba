import type { StreamNetwork } from '../platform/stream-network.js';
import type { Connections } from './connections.js';
import type { ControlConnection } from './control-connection.js';

const DEFAULT_PORT = 4000;

/** The connections that the server opens to applications, one for each new request (`srf.listen`). */
export class OutboundCalls {
  readonly #waiting = new Map<ControlConnection, Outcome>();
  #stopped = false;

  constructor(
    private readonly streams: StreamNetwork,
    private readonly connections: () => Connections,
  ) {}

  /**
   * Connects to an application.
   * @param uri `tcp://host:port` or `host:port`
   * @param outcome hears whether the application is there and knows the secret
   */
  async call(uri: string, outcome: Outcome): Promise<void> {
    const remote = readAddress(uri);
    if (!remote) return outcome.failed();
    try {
      await this.streams.connect(remote, (stream) => {
        const connection = this.connections().take(stream);
        this.#waiting.set(connection, outcome);
        if (this.#stopped) connection.destroy();
        return connection;
      });
    } catch {
      outcome.failed();
    }
  }

  /** The application has authenticated; does nothing for one that connected by itself. */
  ready(connection: ControlConnection): void {
    this.#settle(connection)?.ready(connection);
  }

  closed(connection: ControlConnection): void {
    this.#settle(connection)?.failed();
  }

  stop(): void {
    this.#stopped = true;
    this.#waiting.clear();
  }

  #settle(connection: ControlConnection): Outcome | undefined {
    const outcome = this.#waiting.get(connection);
    this.#waiting.delete(connection);
    return outcome;
  }
}

export interface Outcome {
  ready(connection: ControlConnection): void;
  failed(): void;
}

function readAddress(uri: string): { host: string; port: number } | undefined {
  const match = /^(?:tcp:\/\/)?(\[[^\]]+\]|[^:/\s]+)(?::(\d{1,5}))?(?:;.*)?$/.exec(uri);
  const port = Number(match?.[2] ?? DEFAULT_PORT);
  if (!match?.[1] || port > 65535) return undefined;
  return { host: match[1].replace(/^\[|\]$/g, ''), port };
}
