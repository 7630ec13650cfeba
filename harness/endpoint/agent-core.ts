import { BusyhereError } from '../platform/errors.js';
import type { Random } from '../platform/random.js';
import { formatSocketAddress, type SocketAddress } from '../platform/socket-address.js';
import { SipRequest } from '../sip/message.js';
import type { Listener } from '../transaction/listener.js';
import type { TimerValues } from '../transaction/timer-values.js';
import { TransactionLayer } from '../transaction/transaction-layer.js';
import type { TransactionUser } from '../transaction/transaction-user.js';
import { DialogTable } from './dialog-table.js';
import { DigestClient } from './digest-client.js';
import type { EndpointOptions, ExtraHeaders, IncomingCall, OutgoingCall, RequestOptions } from './endpoint.js';
import type { Exchange } from './exchange.js';
import { addressOfUri, userOfUri } from './hop.js';
import type { Persona } from './persona.js';
import { Timers } from './timers.js';

export const ALLOW = 'INVITE, ACK, CANCEL, BYE, OPTIONS, MESSAGE';

const MAX_FORWARDS = '70';
const TAG_DIGITS = 8;
const CALL_ID_DIGITS = 24;
/** RFC 3261 §8.1.1.5 leaves the first number open; one that is not 1 shows who counts instead of copying. */
const FIRST_SEQUENCE = 101;

/** What all parts of one user agent share: its names, its socket, its timers and its tables. */
export class AgentCore {
  readonly random: Random;
  readonly timers: Timers;
  readonly values: TimerValues;
  readonly layer: TransactionLayer;
  readonly digest: DigestClient;
  readonly dialogs = new DialogTable();
  readonly exchanges = new Set<Exchange>();
  /** Invitations and sessions that are pending or active. */
  readonly sessions = new Set<OutgoingCall | IncomingCall>();
  /** Address of record, as a URI. */
  readonly identity: string;
  readonly user: string;
  #listener: Listener | undefined;

  constructor(
    readonly options: EndpointOptions,
    readonly persona: Persona,
    user: TransactionUser,
  ) {
    const { clock, random, network, timers, account } = options;
    this.random = random;
    this.timers = new Timers(clock);
    this.values = timers;
    this.layer = new TransactionLayer({ clock, random, network, timers, user });
    this.digest = new DigestClient(account, random);
    this.identity = options.identity ?? `sip:${options.name}@${options.domain}`;
    this.user = userOfUri(this.identity);
  }

  get listener(): Listener {
    if (!this.#listener) throw new BusyhereError('usage', `endpoint ${this.options.name} has not been started`);
    return this.#listener;
  }

  get address(): SocketAddress {
    return this.#listener?.local ?? this.options.address;
  }

  /** The value of our Contact header. */
  get contact(): string {
    return `<sip:${this.user}@${formatSocketAddress(this.address)}>`;
  }

  async start(): Promise<void> {
    this.#listener = await this.layer.listen(this.options.name, this.options.address);
  }

  async stop(): Promise<void> {
    for (const exchange of [...this.exchanges]) exchange.abandon();
    this.timers.cancelAll();
    this.dialogs.clear();
    this.sessions.clear();
    await this.layer.close();
  }

  newTag(): string {
    return this.random.token(TAG_DIGITS);
  }

  newCallId(): string {
    return `${this.random.token(CALL_ID_DIGITS)}@${this.address.address}`;
  }

  /**
   * Where a request outside a dialog goes.
   * @throws BusyhereError `configuration` where the target names no address and there is no outbound server
   */
  hopTo(target: string, { to }: RequestOptions): SocketAddress {
    const hop = to ?? this.options.outbound ?? addressOfUri(target);
    if (!hop) {
      throw new BusyhereError('configuration', `endpoint ${this.options.name} has no way to ${target}`, 'give it an outbound server');
    }
    return hop;
  }

  /** A request outside a dialog (RFC 3261 §8.1.1), for an {@link Exchange}. */
  createRequest(
    method: string,
    target: string,
    extra: ExtraHeaders,
    { callId = this.newCallId(), to = target, body = '' } = {},
  ): SipRequest {
    return SipRequest.create(
      method,
      target,
      [
        ['Max-Forwards', MAX_FORWARDS],
        ['From', `<${this.identity}>;tag=${this.newTag()}`],
        ['To', `<${to}>`],
        ['Call-ID', callId],
        ['CSeq', `${FIRST_SEQUENCE} ${method}`],
        ['User-Agent', this.persona.product],
        ...extra,
      ],
      body,
    );
  }
}
