import type { IncomingCall, OutgoingCall } from '../endpoint/endpoint.js';
import type { Lab } from '../lab/lab.js';
import type { Clock } from '../platform/clock.js';
import { sameSocketAddress } from '../platform/socket-address.js';
import { parseMessage } from '../sip/parse-message.js';
import type { Step } from './model.js';
import type { Waiting } from './waiting.js';

/** How long an endpoint in a process of its own may take to do what it is told, ms: what it does not do by then, it does not do. */
const ANSWER_MS = 1_000;

type Call = IncomingCall | OutgoingCall;

/**
 * Has a step carried out. An endpoint in a process of its own does what it is told a moment later: till that is seen, a horizon
 * that has run out proves nothing.
 * @param call that the step is an order to; undefined where it begins one, as what begins an attempt begins a horizon too
 * @param act gives the order
 */
export async function carryOut(
  step: Step,
  call: Call | undefined,
  { lab, clock, waiting }: { readonly lab: Lab; readonly clock: Clock; readonly waiting: Waiting },
  act: () => void,
): Promise<void> {
  const { trace } = lab;
  const [before, asked] = [trace.events.length, trace.elapsed];
  act();
  if (!call || !lab.isApart(step.participant) || hasNothingToSend(step, call)) return;
  const { address } = lab.endpoint(step.participant);
  const status = step.verb === 'react' && 'status' in step.reaction ? step.reaction.status : undefined;
  // What a capture shows now may have been sent before.
  const isDone = (): boolean =>
    trace.events
      .slice(before)
      .some(({ time, source, bytes }) => time >= asked && sameSocketAddress(source, address) && isOfOrder(bytes, call.callId, status));
  await waiting.until({ holds: isDone }, clock.now() + ANSWER_MS);
}

/** Nobody can wait for what is not sent: an invitation that was rejected meanwhile is not given up any more. */
function hasNothingToSend(step: Step, { finalStatus }: Call): boolean {
  if (step.verb === 'react') return step.reaction.kind === 'ignore';
  return step.verb === 'cancel' && finalStatus !== undefined && finalStatus >= 300;
}

/**
 * Whether a datagram is what comes of an order to a call: a CANCEL, a BYE, or a response to its INVITE.
 * @param status of the response that was ordered; any final one may come in its place
 */
function isOfOrder(bytes: Buffer, callId: string, status: number | undefined): boolean {
  const parsed = parseMessage(bytes);
  if (!parsed.ok || parsed.value.callId !== callId) return false;
  const message = parsed.value;
  if (message.kind === 'request') return message.method === 'CANCEL' || message.method === 'BYE';
  return message.cseq?.method === 'INVITE' && (message.status === status || message.status >= 200);
}
