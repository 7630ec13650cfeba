import type { JournalEntry } from '../../trust/decision.js';
import type { LabElement } from '../make-server.js';
import type { ServerSettings } from './element-settings.js';
import { type ElementChannel, unlessGone } from './remote-endpoint.js';

export interface RemoteServerOptions {
  /** Unique in the container. */
  readonly element: string;
  readonly channel: ElementChannel;
  readonly settings: ServerSettings;
  journal(entry: JournalEntry): void;
}

/** A proxy in a container. */
export class RemoteServer implements LabElement {
  #endHearing: (() => void) | undefined;

  constructor(private readonly options: RemoteServerOptions) {}

  async start(): Promise<void> {
    const { channel, element, settings, journal } = this.options;
    this.#endHearing = channel.hear(element, (reply) => {
      if (reply.type === 'journal') journal(reply.entry);
    });
    await channel.ask({ do: 'openServer', element, settings });
  }

  /** Another trust profile, from the next message on; registrations and calls stay. */
  setTrust(trust: ServerSettings['trust']): Promise<void> {
    return this.options.channel.ask({ do: 'trust', element: this.options.element, trust });
  }

  async stop(): Promise<void> {
    if (!this.#endHearing) return;
    this.#endHearing();
    this.#endHearing = undefined;
    await this.options.channel.ask({ do: 'close', element: this.options.element }).catch(unlessGone);
  }
}
