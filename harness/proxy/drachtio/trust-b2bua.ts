import { sameSocketAddress } from '../../platform/socket-address.js';
import { createResponse } from '../../sip/create-response.js';
import type { SipRequest } from '../../sip/message.js';
import type { Flow } from '../../transaction/flow.js';
import type { ListeningPoint } from '../../transaction/listener.js';
import { FrontDesk, type Reception } from '../front-desk.js';
import type { DomainOptions, ListenerOptions } from '../proxy-options.js';
import type { Rejection } from '../rejection.js';
import { answer, sendStatus } from './answer.js';
import { Call } from './call.js';
import { type ConnectSrf, type ControlAddress, connectSrf, type SrfConnection } from './connect-srf.js';
import { ownFields } from './fields.js';
import { type Exchange, forwardRequest } from './forward-request.js';
import { addressIn, listeningPoint, requestIn, socketAddressIn } from './message-view.js';
import type { SrfMessage, SrfRequest, SrfResponse } from './srf-port.js';

export interface TrustB2buaOptions extends DomainOptions {
  /** The drachtio-server that it runs on. */
  readonly control: ControlAddress;
  /** Where that server takes SIP, under the names of the trust settings; at least one, the server's usual one first. */
  readonly listeners: readonly ListenerOptions[];
  /** How long a call whose rejection was absorbed is kept before it ends with 480, ms; longer than anybody's horizon. */
  readonly guardMs: number;
  /** How long a callee may ring, ms; as Timer C of a proxy (RFC 3261 §16.8). */
  readonly ringMs: number;
  /** Another way to a server; tests have a scripted one. */
  readonly connect?: ConnectSrf;
}

/** The requests outside dialogs that are sent on; those that would make subscriptions are not. */
const FORWARDED: readonly string[] = ['message', 'options', 'info', 'publish', 'notify'];
const NOT_CARRIED: readonly string[] = ['subscribe', 'refer'];
const METHODS: readonly string[] = ['invite', 'register', ...FORWARDED, ...NOT_CARRIED];
const RETRY_AFTER = '5'; // seconds
const TAG_DIGITS = 8;

/**
 * A registrar and B2BUA for one domain as a drachtio-srf application. Who may come in, where requests go and which
 * responses are routed is decided by the same code as in the proxy of RFC 3261 §16 next door.
 */
export class TrustB2bua {
  readonly #points: readonly ListeningPoint[];
  readonly #desk: FrontDesk<ListeningPoint>;
  readonly #calls = new Set<Call>();
  #connection: SrfConnection | undefined;

  constructor(private readonly options: TrustB2buaOptions) {
    this.#points = options.listeners.map(({ name, address }) => listeningPoint(name, address));
    this.#desk = new FrontDesk({
      ...options,
      points: () => this.#points,
      refuseReplays: true,
      newTag: () => options.random.token(TAG_DIGITS),
    });
  }

  /** Calls that ring or are kept; what was answered is the server's. */
  get openCalls(): number {
    return this.#calls.size;
  }

  /** Contacts that are registered. */
  get bindings(): number {
    return this.#desk.location.size;
  }

  /** @throws BusyhereError `environment` or `configuration` where the server cannot be had */
  async start(): Promise<void> {
    const { control, clock, connect = connectSrf } = this.options;
    this.#connection = await connect({ control, clock, methods: METHODS, handle: (req, res) => this.#handle(req, res) });
  }

  /** Ends everything without a word to anybody. */
  async stop(): Promise<void> {
    for (const call of this.#calls) call.abandon();
    this.#calls.clear();
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.close();
  }

  #handle(req: SrfRequest, res: SrfResponse): void {
    const request = requestIn(req);
    const flow = this.#flowOf(req);
    if (!request || !flow) return sendStatus(res, 400);
    const reception = this.#desk.receive(request, flow);
    switch (reception.kind) {
      case 'refuse':
        return reject(res, request, reception.rejection);
      case 'answer':
        return answer(res, reception.response, ownFields(reception.response));
      case 'forward':
        return this.#forward(req, res, reception);
    }
  }

  #forward(req: SrfRequest, res: SrfResponse, { prepared, targets }: Extract<Reception<ListeningPoint>, { kind: 'forward' }>): void {
    const { request } = prepared;
    // The library has taken what belongs to its dialogs, so this belongs to none (RFC 3261 §12.2.2).
    if (request.toTag !== undefined) return sendStatus(res, 481);
    if (NOT_CARRIED.includes(req.method.toLowerCase())) return sendStatus(res, 501);
    const exchange: Exchange = { req, res, request };
    if (req.method === 'INVITE') return this.#call(exchange, targets);
    const [target] = targets;
    const [usual] = this.#points;
    const srf = this.#connection?.srf;
    if (srf && target && usual) forwardRequest(srf, exchange, target, usual);
  }

  #call(exchange: Exchange, targets: Extract<Reception<ListeningPoint>, { kind: 'forward' }>['targets']): void {
    const { res, request } = exchange;
    const srf = this.#connection?.srf;
    if (!srf) return;
    if (this.#calls.size >= this.#desk.limits.contexts) {
      return reject(res, request, { status: 503, headers: [['Retry-After', RETRY_AFTER]] });
    }
    // RFC 3261 §8.2.2.3: unlike a proxy, a user agent must understand all that is required; we understand no extension.
    const required = request.headers.list('Require');
    if (required.length > 0) return reject(res, request, { status: 420, headers: [['Unsupported', required.join(', ')]] });
    const { clock, guardMs, ringMs } = this.options;
    const call = new Call(
      { ...exchange, targets },
      {
        srf,
        clock,
        guardMs,
        ringMs,
        judge: this.#desk.judge,
        pointOf: (sent) => this.#pointAt(sent) ?? this.#points[0],
        closed: (over) => this.#calls.delete(over),
      },
    );
    this.#calls.add(call);
    call.start();
  }

  #flowOf(req: SrfRequest): Flow<ListeningPoint> | undefined {
    const remote = addressIn(req);
    const local = socketAddressIn(req.receivedOn ?? '');
    const listener = this.#points.find((point) => local && sameSocketAddress(point.local, local)) ?? this.#points[0];
    return listener && remote && { listener, remote };
  }

  /** The point that stands with a message which the server sent for us. */
  #pointAt(sent: SrfMessage): ListeningPoint | undefined {
    const local = addressIn(sent);
    return local && this.#points.find((point) => sameSocketAddress(point.local, local));
  }
}

function reject(res: SrfResponse, request: SipRequest, { status, reason, headers = [] }: Rejection): void {
  const response = createResponse(request, status, { headers, ...(reason !== undefined && { reason }) });
  answer(res, response, ownFields(response));
}
