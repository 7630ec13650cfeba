import type { SipRequest, SipResponse } from '../sip/message.js';
import type { Flow } from '../transaction/flow.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import type { TransactionLayer } from '../transaction/transaction-layer.js';
import type { KnownDialogs } from './known-dialogs.js';
import type { Rejection } from './rejection.js';
import type { ResponseJudge } from './response-judge.js';
import type { PreparedRequest } from './route-preprocessing.js';
import type { Target } from './target-set.js';

/** What a proxy does with requests whose targets are known: with state (RFC 3261 §16.6, §16.7) or without (§16.11). */
export interface Forwarder {
  readonly openContexts: number;
  /** @param targets at least one, by falling preference */
  request(transaction: ServerTransaction, prepared: PreparedRequest, targets: readonly Target[]): void;
  reject(transaction: ServerTransaction, rejection: Rejection): void;
  cancel(transaction: ServerTransaction, matched: ServerTransaction | undefined): void;
  /** An ACK for a 2xx, within a dialog that is known. */
  ack(prepared: PreparedRequest, flow: Flow, target: Target): void;
  /** A response that belongs to no transaction. */
  response(response: SipResponse, flow: Flow): void;
  /** Ends everything without a word to anybody. */
  stop(): void;
}

/** What both kinds of forwarder stand on. */
export interface ForwarderPorts {
  readonly layer: TransactionLayer;
  readonly dialogs: KnownDialogs;
  readonly judge: ResponseJudge;
  readonly recordRoute: boolean;
  newTag(): string;
}

/** Requests that set up a dialog, on whose path a proxy can stay. */
const DIALOG_MAKERS: ReadonlySet<string> = new Set(['INVITE', 'SUBSCRIBE', 'REFER']);

export function makesDialog(request: SipRequest): boolean {
  return DIALOG_MAKERS.has(request.method);
}

/** RFC 3261 §16.6 item 4: in the request that sets up the dialog; later ones change no route set (§12.2). */
export function recordsRoute(ports: ForwarderPorts, request: SipRequest): boolean {
  return ports.recordRoute && makesDialog(request) && request.toTag === undefined;
}
