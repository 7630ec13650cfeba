import type {
  ExtraHeaders,
  IncomingCall,
  IncomingCallState,
  OutgoingCall,
  OutgoingCallState,
  OutgoingRequest,
} from '../../endpoint/endpoint.js';
import type { ElementReply } from './control-client.js';
import type { CallAction } from './element-settings.js';

type CallChanged = Extract<ElementReply, { type: 'callChanged' }>;
type Invitation = Extract<ElementReply, { type: 'invitation' }>;

/** What both sides of a call have in common here: a copy of what the container says of it. */
abstract class RemoteCall<State extends string> {
  #finalStatus: number | undefined;
  readonly #listeners: (() => void)[] = [];
  protected shownNow: string | null = null;

  constructor(
    readonly callId: string,
    protected current: State,
    protected readonly act: (action: CallAction) => void,
  ) {}

  get state(): State {
    return this.current;
  }

  get finalStatus(): number | undefined {
    return this.#finalStatus;
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  hangUp(): void {
    this.act({ kind: 'hangUp' });
  }

  changed({ state, finalStatus, shown }: Pick<CallChanged, 'state' | 'finalStatus' | 'shown'>): void {
    this.current = state as State;
    this.#finalStatus = finalStatus ?? undefined;
    this.shownNow = shown;
    for (const listener of this.#listeners) listener();
  }
}

export class RemoteOutgoingCall extends RemoteCall<OutgoingCallState> implements OutgoingCall {
  constructor(callId: string, act: (action: CallAction) => void) {
    super(callId, 'calling', act);
  }

  get shown(): string | null {
    return this.shownNow;
  }

  cancel(): void {
    this.act({ kind: 'cancel' });
  }
}

/** An invitation that waits, in its container, for what is said here. */
export class RemoteIncomingCall extends RemoteCall<IncomingCallState> implements IncomingCall {
  readonly from: string;
  readonly target: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor({ callId, from, target, headers }: Invitation, act: (action: CallAction) => void) {
    super(callId, 'offered', act);
    this.from = from;
    this.target = target;
    this.#headers = headers;
  }

  header(name: string): string | undefined {
    return this.#headers[name.toLowerCase()];
  }

  ring(status = 180, reason?: string): void {
    this.#decide('ringing', { kind: 'ring', status, ...(reason === undefined ? {} : { reason }) });
  }

  answer(): void {
    this.#decide('answered', { kind: 'answer' });
  }

  reject(status: number, reason?: string, headers?: ExtraHeaders): void {
    const more = headers ? { headers: headers.map(([name, value]): [string, string] => [name, value]) } : {};
    this.#decide('rejected', { kind: 'reject', status, ...(reason === undefined ? {} : { reason }), ...more });
  }

  /** The container leaves it without an answer already. */
  ignore(): void {
    if (this.current === 'offered') this.current = 'ignored';
  }

  /** What will be so as soon as the container has heard of it; what it says then counts. */
  #decide(state: IncomingCallState, action: CallAction): void {
    this.current = state;
    this.act(action);
  }
}

export class RemoteRequest implements OutgoingRequest {
  readonly done: Promise<number | undefined>;
  #finalStatus: number | undefined;
  #resolve: (status: number | undefined) => void = () => {};

  constructor(readonly callId: string) {
    this.done = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  get finalStatus(): number | undefined {
    return this.#finalStatus;
  }

  /** @param status null where no answer came */
  finish(status: number | null): void {
    this.#finalStatus ??= status ?? undefined;
    this.#resolve(this.#finalStatus);
  }
}
