import { groupBy, type Sighted } from './wire.js';

/** What the checks of a trace need to know of the run. */
export interface WireFacts {
  /** The proxy's name as a point of the trace. */
  readonly proxy: string;
  readonly recordRoute: boolean;
  /** Participants that fell silent: nothing is asked of them. */
  readonly silent: ReadonlySet<string>;
  /** Calls of or to one of them. */
  readonly broken: ReadonlySet<string>;
  /** Calls whose INVITE rightly has no final response. */
  readonly open: ReadonlySet<string>;
}

/** 64·T1, and a little for what else happens at that moment. */
const TIMER_B_MS = 32_001;

/** Final responses to an INVITE that a proxy gives of its own, and 100; all others it got from the callee. */
const OWN_RESPONSES = [100, 404, 407, 408, 480, 481, 482, 487, 500];

/** Checks a trace against what RFC 3261 asks of every element; gives what is broken. */
export function checkWire(trace: readonly Sighted[], facts: WireFacts): string[] {
  return [
    ...oneFinalPerServerTransaction(trace),
    ...everyRequestAnswered(trace, facts),
    ...noLateTimeouts(trace, facts),
    ...failuresAcknowledged(trace, facts),
    ...successesAcknowledged(trace, facts),
    ...successesForwarded(trace, facts),
    ...dialogsOnThePath(trace, facts),
    ...forwardedUnchanged(trace, facts),
    ...requestsSentOnce(trace, facts),
    ...silenceEndsIt(trace, facts),
  ];
}

/** RFC 3261 §17.2: whatever is repeated, it is the same response. */
function oneFinalPerServerTransaction(trace: readonly Sighted[]): string[] {
  const finals = trace.filter(({ sent, status }) => sent && status >= 200);
  return [...groupBy(finals, ({ point, transaction, method }) => `${point} ${method} ${transaction}`)].flatMap(([key, group]) => {
    const texts = new Set(group.map(({ text }) => text));
    return texts.size > 1 ? [`${key}: ${texts.size} different finals: ${group.map(({ status }) => status).join(' ')}`] : [];
  });
}

function everyRequestAnswered(trace: readonly Sighted[], { proxy, silent, open }: WireFacts): string[] {
  const answered = new Set(trace.filter(({ sent, status }) => sent && status >= 200).map(keyAt));
  const requests = trace.filter(({ sent, status, method }) => !sent && status === 0 && method !== 'ACK');
  const waiting = requests.filter((one) => !answered.has(keyAt(one)) && !silent.has(one.point));
  const nobodyAnswered = unansweredAt(proxy, trace);
  const wrong = waiting.filter((one) => (one.method === 'INVITE' ? !open.has(one.callId) : !nobodyAnswered(one)));
  return [...new Set(wrong.map((one) => `${keyAt(one)} of ${one.callId} was never answered with a final response`))];
}

/** RFC 4320 §4.2: a request other than INVITE that the proxy sent on, and got no final for, it does not answer. */
function unansweredAt(proxy: string, trace: readonly Sighted[]): (one: Sighted) => boolean {
  const [arrived, left] = split(trace.filter(({ point, method }) => point === proxy && method !== 'INVITE'));
  const answered = new Set(arrived.filter(({ status }) => status >= 200).map(({ transaction }) => transaction));
  const copies = groupBy(
    left.filter(({ status }) => status === 0),
    ({ message }) => message.vias[1]?.branch ?? '',
  );
  return ({ point, message }) => {
    const forwarded = point === proxy ? copies.get(message.topVia?.branch ?? '') : undefined;
    return forwarded?.every(({ transaction }) => !answered.has(transaction)) ?? false;
  };
}

/** RFC 4320 §4.2: by then the client has given up, so a 408 would only be astray. */
function noLateTimeouts(trace: readonly Sighted[], { proxy }: WireFacts): string[] {
  const late = trace.filter(({ point, sent, status, method }) => point === proxy && sent && status === 408 && method !== 'INVITE');
  return late.map(({ method, callId }) => `the proxy answered ${method} of ${callId} 408`);
}

/** RFC 3261 §17.1.1.3; a caller who has given up waiting 64·T1 after his CANCEL (§9.1) has nothing to acknowledge any more. */
function failuresAcknowledged(trace: readonly Sighted[], { broken }: WireFacts): string[] {
  const acknowledged = new Set(trace.filter(({ sent, method, status }) => sent && method === 'ACK' && status === 0).map(placeAndBranch));
  const failures = trace.filter(({ sent, status, method }) => !sent && status >= 300 && method === 'INVITE');
  const missed = failures.filter((one) => !acknowledged.has(placeAndBranch(one)) && !broken.has(one.callId));
  return [...new Set(missed.map((one) => `${one.point} did not acknowledge the ${one.status} of ${one.callId}`))];
}

/** RFC 3261 §13.2.2.4: each 2xx that arrives, retransmitted or not, is acknowledged by the caller. */
function successesAcknowledged(trace: readonly Sighted[], { proxy, silent }: WireFacts): string[] {
  const callers = trace.filter(({ point }) => point !== proxy && !silent.has(point));
  const successes = callers.filter(({ sent, status, method }) => !sent && isSuccess(status) && method === 'INVITE');
  const isAck = isAckForSuccess(successes);
  return unequal(
    '2xx',
    successes,
    'ACK',
    callers.filter((one) => one.sent && isAck(one)),
  );
}

/** RFC 3261 §16.7: each 2xx that arrives at the proxy goes upstream; and each ACK for one goes downstream until the dialog has ended. */
function successesForwarded(trace: readonly Sighted[], { proxy }: WireFacts): string[] {
  const here = trace.filter(({ point }) => point === proxy);
  const successes = here.filter(({ status, method }) => isSuccess(status) && method === 'INVITE');
  const [arrived, left] = split(successes);
  const ends = new Map(
    here
      .toReversed()
      .filter(({ sent, status, method }) => sent && status >= 200 && method === 'BYE')
      .map((one) => [one.callId, one]),
  );
  const isAck = isAckForSuccess(successes);
  const isInTime = ({ callId, event }: Sighted): boolean => event.sequence < (ends.get(callId)?.event.sequence ?? Number.POSITIVE_INFINITY);
  const [acksArrived, acksLeft] = split(here.filter((one) => isAck(one) && isInTime(one)));
  return [...unequal('2xx in', arrived, '2xx out', left), ...unequal('ACK in', acksArrived, 'ACK out', acksLeft)];
}

/** RFC 3261 §16.6 item 4: where the proxy recorded its route, nothing goes past it. */
function dialogsOnThePath(trace: readonly Sighted[], { proxy, recordRoute }: WireFacts): string[] {
  if (!recordRoute) return [];
  const proxies = new Set(
    trace.filter(({ point }) => point === proxy).map(({ event, sent }) => (sent ? event.source : event.destination).address),
  );
  const past = trace.filter(({ event }) => !proxies.has(event.source.address) && !proxies.has(event.destination.address));
  return past.slice(0, 1).map(({ point, method, callId }) => `${point} sent ${method} of ${callId} past the proxy that recorded its route`);
}

/** RFC 3261 §16.6, §16.7: the proxy changes what it has to, and nothing else. */
function forwardedUnchanged(trace: readonly Sighted[], { proxy }: WireFacts): string[] {
  const here = trace.filter(({ point }) => point === proxy);
  const [arrived, left] = split(here);
  const requests = groupBy(
    arrived.filter(({ status }) => status === 0),
    dialogKey,
  );
  const responses = new Set(arrived.filter(({ status }) => status > 0).map(({ text }) => withoutTopVia(text)));
  const distinct = [...new Map(left.map((one) => [one.text, one])).values()];
  return distinct.flatMap((one) => (one.status === 0 ? changedRequest(one, requests) : changedResponse(one, responses)));
}

function changedRequest(one: Sighted, arrived: ReadonlyMap<string, readonly Sighted[]>): string[] {
  const { message, method, callId } = one;
  if (message.vias.length === 1) return isOwnRequest(one) ? [] : [`the proxy sent ${method} of ${callId} as if it were its own`];
  const original = arrived.get(dialogKey(one))?.find(({ message: { topVia } }) => topVia?.branch === message.vias[1]?.branch);
  if (!original) return [`the proxy sent a ${method} of ${callId} that nobody sent it`];
  const expected = (original.message.maxForwards ?? 71) - 1;
  if (message.maxForwards !== expected) return [`${method} of ${callId} left with Max-Forwards ${message.maxForwards}, not ${expected}`];
  if (message.vias.length !== original.message.vias.length + 1) return [`${method} of ${callId} left with ${message.vias.length} Vias`];
  const kept = ['From', 'To', 'Call-ID', 'CSeq', 'Contact', 'Content-Type'];
  const changed = kept.filter((name) => message.headers.get(name) !== original.message.headers.get(name));
  if (!message.body.equals(original.message.body)) changed.push('body');
  return changed.map((name) => `${method} of ${callId} left the proxy with another ${name}`);
}

function changedResponse(one: Sighted, arrived: ReadonlySet<string>): string[] {
  if (arrived.has(one.text)) return [];
  const { method, status, callId } = one;
  const own = method === 'INVITE' ? OWN_RESPONSES.includes(status) : method !== 'BYE' || status !== 200;
  if (method === 'MESSAGE' && status === 200) return [`the proxy answered ${method} of ${callId} ${status} itself`];
  return own ? [] : [`the proxy sent a ${status} to ${method} of ${callId} that nobody sent it so`];
}

/** RFC 3261 §17.1: a client transaction repeats one and the same request. */
function requestsSentOnce(trace: readonly Sighted[], { proxy }: WireFacts): string[] {
  const requests = trace.filter(({ sent, status, point, method }) => sent && status === 0 && point === proxy && method === 'INVITE');
  return [...groupBy(requests, ({ callId, sequence }) => `${callId} ${sequence}`)].flatMap(([key, group]) => {
    const branches = new Set(group.map(({ transaction }) => transaction));
    return branches.size > 1 ? [`the proxy forwarded the INVITE ${key} in ${branches.size} transactions`] : [];
  });
}

/** RFC 3261 §16.7 item 6, §17.1.1.2: an INVITE to which nobody says anything is answered 408 when Timer B fires. */
function silenceEndsIt(trace: readonly Sighted[], { proxy }: WireFacts): string[] {
  const here = trace.filter(({ point, method }) => point === proxy && method === 'INVITE');
  const answered = new Set(here.filter(({ sent, status }) => !sent && status > 0).map(({ transaction }) => transaction));
  const finals = new Map(
    here
      .filter(({ sent, status }) => sent && status >= 200)
      .toReversed()
      .map((one) => [dialogKey(one), one.event.time]),
  );
  const unheard = here.filter(({ sent, status, transaction }) => sent && status === 0 && !answered.has(transaction)).toReversed();
  const first = new Map(unheard.map((one) => [one.transaction, one]));
  const late = [...first.values()].filter(
    (one) => !((finals.get(dialogKey(one)) ?? Number.POSITIVE_INFINITY) <= one.event.time + TIMER_B_MS),
  );
  return late.map((one) => `the proxy waited too long for an answer to the INVITE of ${one.callId}`);
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

function isAckForSuccess(successes: readonly Sighted[]): (one: Sighted) => boolean {
  const known = new Set(successes.map(dialogKey));
  return (one) => one.method === 'ACK' && known.has(dialogKey(one));
}

/** What the proxy sends of its own accord: the CANCEL and the ACK of its own transactions (§9.1, §17.1.1.3). */
function isOwnRequest({ method }: Sighted): boolean {
  return method === 'CANCEL' || method === 'ACK';
}

function split(items: readonly Sighted[]): [arrived: Sighted[], left: Sighted[]] {
  return [items.filter(({ sent }) => !sent), items.filter(({ sent }) => sent)];
}

function unequal(what: string, these: readonly Sighted[], of: string, those: readonly Sighted[]): string[] {
  const [one, other] = [groupBy(these, dialogKey), groupBy(those, dialogKey)];
  return [...new Set([...one.keys(), ...other.keys()])].flatMap((key) => {
    const [left, right] = [one.get(key)?.length ?? 0, other.get(key)?.length ?? 0];
    return left === right ? [] : [`${key}: ${left} times ${what}, ${right} times ${of}`];
  });
}

function dialogKey({ callId, sequence }: Sighted): string {
  return `${callId} ${sequence}`;
}

function placeAndBranch({ point, transaction }: Sighted): string {
  return `${point} ${transaction}`;
}

function keyAt({ point, method, transaction }: Sighted): string {
  return `${method} at ${point} in ${transaction}`;
}

/** The message without the first Via line, as a proxy that changes nothing else sends it on. */
function withoutTopVia(text: string): string {
  return text.replace(/\r\nVia: [^\r]*/, '');
}
