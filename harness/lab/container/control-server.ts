import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../platform/clock.js';
import { LoopWatch } from '../../platform/loop-watch.js';
import type { SocketAddress } from '../../platform/socket-address.js';
import type { Stream, StreamHandlers, StreamListener, StreamNetwork } from '../../platform/stream-network.js';
import { CONTROL_VERSION, type ControlReply, helloSchema, requestSchema } from './control-message.js';
import type { ElementPorts } from './element-ports.js';
import { ElementTable, faultOf } from './element-table.js';
import { JsonLines, jsonLine } from './json-lines.js';
import type { HostRole } from './role.js';

/** How late a container's process may be before it says so: several of them share a machine's processors. */
export const TOLERATED_LATENESS_MS = 40;

const HELLO_WITHIN_MS = 2_000;
const LONGEST_HELLO = 1_024;

export interface ControlServerOptions extends ElementPorts {
  readonly streams: StreamNetwork;
  /** What the container is there for: nothing else is opened in it. */
  readonly role: Pick<HostRole, 'role' | 'name'>;
  readonly local: SocketAddress;
  readonly token: string;
  /** A harness has shown its token. */
  came?(): void;
  /** A harness that had shown its token is gone, and with it all that it had made here. */
  left?(): void;
}

/** Takes harnesses that know the token, and does what they ask. */
export class ControlServer {
  #listener: StreamListener | undefined;
  readonly #sessions = new Set<Session>();

  constructor(private readonly options: ControlServerOptions) {}

  /** @throws BusyhereError `address-in-use` or `address-unavailable` */
  async start(): Promise<void> {
    const { streams, local } = this.options;
    this.#listener = await streams.listen(local, (stream) => {
      const session = new Session(stream, this.options, () => this.#sessions.delete(session));
      this.#sessions.add(session);
      return session;
    });
  }

  get local(): SocketAddress {
    return this.#listener?.local ?? this.options.local;
  }

  async stop(): Promise<void> {
    await Promise.all([this.#listener?.close(), ...[...this.#sessions].map((session) => session.stop())]);
  }
}

/** One harness, from its hello to its goodbye; the elements that it made go with it. */
class Session implements StreamHandlers {
  readonly #clock: Clock;
  #lines = new JsonLines(LONGEST_HELLO);
  #elements: ElementTable | undefined;
  readonly #watch: LoopWatch;
  #lateTold = Number.NEGATIVE_INFINITY;
  readonly #patience;
  #over: Promise<void> | undefined;

  constructor(
    private readonly stream: Stream,
    private readonly options: ControlServerOptions,
    private readonly gone: () => void,
  ) {
    this.#clock = options.clock;
    this.#watch = new LoopWatch(this.#clock, TOLERATED_LATENESS_MS);
    this.#patience = this.#clock.setTimer(HELLO_WITHIN_MS, () => stream.destroy());
  }

  data(chunk: Buffer): void {
    try {
      for (const value of this.#lines.push(chunk)) this.#heard(value);
    } catch (error) {
      this.#refuse((error as Error).message);
    }
  }

  closed(): void {
    void this.stop();
  }

  stop(): Promise<void> {
    this.#over ??= this.#end();
    return this.#over;
  }

  async #end(): Promise<void> {
    const wasWelcome = this.#elements !== undefined;
    this.#patience.cancel();
    this.#watch.stop();
    this.stream.destroy();
    await this.#elements?.stop();
    this.gone();
    if (wasWelcome) this.options.left?.();
  }

  #heard(value: unknown): void {
    if (this.#over) return;
    if (!this.#elements) return this.#welcome(value);
    const { id, command } = requestSchema.parse(value);
    if (command.do === 'ping') {
      this.#tellLateness();
      return this.#tell({ type: 'done', id });
    }
    this.#elements.execute(command).then(
      () => this.#tell({ type: 'done', id }),
      (error) => this.#tell({ type: 'failed', id, fault: faultOf(error) }),
    );
  }

  #welcome(value: unknown): void {
    const hello = helloSchema.safeParse(value);
    if (!hello.success) return this.#refuse('a hello was expected');
    const { version, token } = hello.data;
    if (version !== CONTROL_VERSION) return this.#refuse(`this container speaks version ${CONTROL_VERSION} of the control channel`);
    if (!sameSecret(token, this.options.token)) return this.#refuse('the token is another run’s');
    this.#patience.cancel();
    this.#lines = new JsonLines();
    this.#elements = new ElementTable(this.options.role, this.options, (reply) => this.#tell(reply));
    this.#watch.start();
    this.options.came?.();
    this.#tell({ type: 'welcome', version: CONTROL_VERSION });
  }

  #refuse(reason: string): void {
    this.#tell({ type: 'refused', reason });
    this.stream.end();
  }

  /** Since when a lapse lasted, nobody knows: it ended when it was noticed. */
  #tellLateness(): void {
    const { lastLateAt } = this.#watch;
    if (lastLateAt <= this.#lateTold) return;
    const lateMs = this.#watch.worstSince(Math.max(this.#lateTold, 0) + Number.MIN_VALUE);
    this.#lateTold = lastLateAt;
    this.#tell({ type: 'late', at: this.#clock.wallTime(lastLateAt), lateMs });
  }

  #tell(reply: ControlReply): void {
    this.stream.write(jsonLine(reply));
  }
}

/** In a time that tells nothing of where they differ. */
function sameSecret(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
