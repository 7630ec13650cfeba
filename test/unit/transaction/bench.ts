import type { DatagramSocket } from '../../../harness/platform/datagram-network.js';
import { MemoryNetwork } from '../../../harness/platform/memory-network.js';
import { SeededRandom } from '../../../harness/platform/random.js';
import type { SocketAddress } from '../../../harness/platform/socket-address.js';
import { VirtualClock } from '../../../harness/platform/virtual-clock.js';
import { createResponse } from '../../../harness/sip/create-response.js';
import { SipRequest, type SipResponse } from '../../../harness/sip/message.js';
import { parseMessage } from '../../../harness/sip/parse-message.js';
import type { ClientHandlers } from '../../../harness/transaction/client-transaction.js';
import type { Flow } from '../../../harness/transaction/flow.js';
import type { ServerTransaction } from '../../../harness/transaction/server-transaction.js';
import { RFC3261_TIMERS, type TimerValues } from '../../../harness/transaction/timer-values.js';
import { TransactionLayer } from '../../../harness/transaction/transaction-layer.js';
import type { TransactionUser } from '../../../harness/transaction/transaction-user.js';

export const US: SocketAddress = { address: '192.0.2.1', port: 5060 };
export const PEER: SocketAddress = { address: '192.0.2.2', port: 5060 };

/** A datagram that reached the peer, and the virtual time at which it left us, rounded to the millisecond. */
export interface Heard {
  readonly at: number;
  readonly text: string;
}

/** Everything that the layer told its user. */
export class RecordingUser implements TransactionUser {
  readonly requests: ServerTransaction[] = [];
  readonly cancels: { transaction: ServerTransaction; matched: ServerTransaction | undefined }[] = [];
  readonly acks: SipRequest[] = [];

  request(transaction: ServerTransaction): void {
    this.requests.push(transaction);
  }

  cancel(transaction: ServerTransaction, matched: ServerTransaction | undefined): void {
    this.cancels.push({ transaction, matched });
  }

  ack(request: SipRequest): void {
    this.acks.push(request);
  }
}

/** One layer at {@link US} and a peer of raw datagrams at {@link PEER}, on a network without delay. */
export class Bench {
  readonly clock = new VirtualClock();
  readonly network = new MemoryNetwork({ clock: this.clock, random: new SeededRandom(1), link: () => ({ delayMs: 0 }) });
  readonly user = new RecordingUser();
  readonly layer: TransactionLayer;
  readonly #heard: Heard[] = [];
  #peer: DatagramSocket | undefined;
  #flow: Flow | undefined;

  private constructor(timers: TimerValues) {
    const { clock, network, user } = this;
    this.layer = new TransactionLayer({ clock, random: new SeededRandom(2), network, timers, user });
  }

  static async open(peerAddress = PEER, timers = RFC3261_TIMERS): Promise<Bench> {
    const bench = new Bench(timers);
    const listener = await bench.layer.listen('default', US);
    bench.#flow = { listener, remote: PEER };
    bench.#peer = await bench.network.bind(peerAddress, {
      datagram: (payload) => bench.#heard.push({ at: Math.round(bench.clock.now()), text: payload.toString('latin1') }),
    });
    return bench;
  }

  /** What reached the peer, all that is under way at this moment included. */
  get heard(): readonly Heard[] {
    this.clock.advance(0);
    return this.#heard;
  }

  get flow(): Flow {
    if (!this.#flow) throw new Error('the bench is not open');
    return this.#flow;
  }

  /** Says something to the layer, at once. */
  say(text: string | Buffer, destination = US): void {
    this.#peer?.send(typeof text === 'string' ? Buffer.from(text, 'latin1') : text, destination);
    this.clock.advance(0);
  }

  /** Answers the last request that the peer heard of that method. */
  answer(status: number, options: { toTag?: string; method?: string } = {}): void {
    const { method = 'INVITE', ...rest } = options;
    const request = this.requestsHeard(method).at(-1);
    if (!request) throw new Error(`the peer heard no ${method}`);
    this.say(createResponse(request, status, rest).toBuffer());
  }

  requestsHeard(method: string): SipRequest[] {
    return this.heard.filter(({ text }) => text.startsWith(`${method} `)).map(({ text }) => readRequest(text));
  }

  /** When the peer heard something that starts so. */
  timesOf(start: string): number[] {
    return this.heard.filter(({ text }) => text.startsWith(start)).map(({ at }) => at);
  }

  request(method: string): SipRequest {
    return SipRequest.create(method, 'sip:bob@192.0.2.2', [
      ['Max-Forwards', '70'],
      ['From', '<sip:alice@example.com>;tag=a1'],
      ['To', '<sip:bob@example.com>'],
      ['Call-ID', 'call-1'],
      ['CSeq', `1 ${method}`],
      ['Route', '<sip:192.0.2.2;lr>'],
    ]);
  }
}

/** Notes what a client transaction tells its user, in order. */
export function notes(): { log: string[]; handlers: ClientHandlers } {
  const log: string[] = [];
  return {
    log,
    handlers: {
      response: (response: SipResponse) => void log.push(String(response.status)),
      timeout: () => void log.push('timeout'),
      ended: () => void log.push('ended'),
    },
  };
}

export function readRequest(text: string): SipRequest {
  const parsed = parseMessage(Buffer.from(text, 'latin1'));
  if (!parsed.ok || parsed.value.kind !== 'request') throw new Error(`no request: ${text}`);
  return parsed.value;
}

/** A request as a peer would write it. */
export function wireRequest(
  method: string,
  options: {
    branch?: string;
    toTag?: string;
    via?: string;
    cseqMethod?: string;
    uri?: string;
    callId?: string;
    fromTag?: string;
    sequence?: number;
  } = {},
): string {
  const {
    branch = 'z9hG4bKpeer1',
    toTag,
    via = `SIP/2.0/UDP 192.0.2.2:5060;branch=${branch}`,
    uri = 'sip:alice@192.0.2.1',
    callId = 'call-9',
    fromTag = 'b1',
    sequence = 7,
  } = options;
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: ${via}`,
    'Max-Forwards: 70',
    `From: <sip:bob@example.com>;tag=${fromTag}`,
    `To: <sip:alice@example.com>${toTag ? `;tag=${toTag}` : ''}`,
    `Call-ID: ${callId}`,
    `CSeq: ${sequence} ${options.cseqMethod ?? method}`,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}
