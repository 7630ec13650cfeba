import { within } from '../expectation.js';
import { SETTLING } from '../peers/identity.js';
import type { Frame } from './frame.js';

/** All frames of one control connection, in the order in which they were seen between app and server. */
export class Conversation {
  readonly frames: Frame[] = [];
  readonly #watchers = new Set<() => void>();

  add(frames: readonly Frame[]): void {
    this.frames.push(...frames);
    for (const watcher of [...this.#watchers]) watcher();
  }

  /** The first frame that meets the condition, now or later. */
  async find(what: string, condition: (frame: Frame) => boolean, ms?: number): Promise<Frame> {
    let watcher = (): void => undefined;
    const found = new Promise<Frame>((resolve) => {
      watcher = () => {
        const frame = this.frames.find(condition);
        if (frame) resolve(frame);
      };
      this.#watchers.add(watcher);
      watcher();
    });
    try {
      return await within(found, what, ms, () => `the app was told: ${this.told().join(', ') || 'nothing'}`);
    } finally {
      this.#watchers.delete(watcher);
    }
  }

  /** The frame that {@link told} calls so; `from` counts from 0 where there are several. */
  async hears(name: string, index = 0, ms?: number): Promise<Frame> {
    return this.find(name, (frame) => this.#named(name)[index] === frame, ms);
  }

  #named(name: string): Frame[] {
    return this.frames.filter((frame) => frame.from === 'server' && this.nameOf(frame) === name);
  }

  /** Waits until every frame of the app with one of these verbs has its answer. */
  async answered(verb: string, ms?: number): Promise<void> {
    const asked = this.frames.filter((frame) => frame.from === 'app' && frame.verb === verb);
    for (const { id, leader } of asked) await this.find(`answer to ${leader}`, (frame) => frame.answers === id, ms);
  }

  /**
   * What the server said about SIP, a name for each frame: `network INVITE`, `network 180 INVITE`, `OK 486 INVITE`,
   * `NOK ACK`, `proxy 200 INVITE`, `proxy done`, `cdr:stop network call-rejected`. The suite's own round trips are left out.
   */
  told(): string[] {
    return this.frames.flatMap((frame) => (frame.from === 'server' && !isSettling(frame, this.asked(frame)) && this.nameOf(frame)) || []);
  }

  /** The app's frame that a response answers. */
  asked(frame: Frame): Frame | undefined {
    return frame.answers === undefined ? undefined : this.frames.find(({ from, id }) => from === 'app' && id === frame.answers);
  }

  nameOf(frame: Frame): string | undefined {
    if (frame.verb === 'sip') return `${frame.source} ${frame.sip?.name}`;
    if (frame.verb.startsWith('cdr:')) return `${frame.verb} ${frame.source}${frame.tokens[4] === undefined ? '' : ` ${frame.tokens[4]}`}`;
    const asked = this.asked(frame);
    if (asked?.verb === 'proxy' && frame.succeeded) return frame.tokens[4] === 'done' ? 'proxy done' : `proxy ${frame.sip?.name}`;
    if (asked?.verb === 'proxy') return `${frame.tokens[3]} proxy`;
    return asked?.verb === 'sip' ? `${frame.tokens[3]} ${asked.sip?.name ?? startOf(asked)}` : undefined;
  }
}

/** What an app sends may lack everything but the start line (protocol §1). */
function startOf(frame: Frame): string {
  const line = frame.payload.toString('latin1').split('\r\n')[1] ?? '';
  const status = /^SIP\/2\.0 (\d+)/.exec(line)?.[1];
  return status ?? line.split(' ')[0] ?? '';
}

function isSettling(frame: Frame, asked: Frame | undefined): boolean {
  return [frame, asked].some((one) => one?.sip?.get('call-id')?.startsWith(SETTLING));
}
