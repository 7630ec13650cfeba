import type { SipMessage } from '../../harness/sip/message.js';
import { parseMessage } from '../../harness/sip/parse-message.js';
import type { TraceEvent } from '../../harness/trace/event.js';

/** A datagram as an element sent or got it. */
export interface Sighted {
  readonly event: TraceEvent;
  readonly point: string;
  readonly sent: boolean;
  readonly text: string;
  readonly message: SipMessage;
  readonly method: string;
  /** 0 for a request. */
  readonly status: number;
  /** Of the top Via: branch and sent-by. */
  readonly transaction: string;
  readonly callId: string;
  readonly sequence: number;
}

interface Facts {
  readonly message: SipMessage;
  readonly method: string;
  readonly status: number;
  readonly transaction: string;
  readonly callId: string;
  readonly sequence: number;
}

/** Reads a trace, each text once. */
export function readTrace(events: readonly TraceEvent[]): Sighted[] {
  const known = new Map<string, Facts>();
  return events.map((event) => {
    const text = event.bytes.toString('latin1');
    let facts = known.get(text);
    if (!facts) known.set(text, (facts = factsOf(event.bytes)));
    return { event, point: event.point, sent: event.sighting === 'sent', text, ...facts };
  });
}

function factsOf(bytes: Buffer): Facts {
  const parsed = parseMessage(bytes);
  if (!parsed.ok) throw new Error(`an element of ours sent what is no SIP message: ${parsed.error.reason}`);
  const message = parsed.value;
  const { topVia, cseq, callId = '' } = message;
  return {
    message,
    method: cseq?.method ?? '',
    status: message.kind === 'response' ? message.status : 0,
    transaction: `${topVia?.branch} ${topVia?.sentBy}`,
    callId,
    sequence: cseq?.sequence ?? 0,
  };
}

export function groupBy<T>(items: Iterable<T>, key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const name = key(item);
    const group = groups.get(name);
    if (group) group.push(item);
    else groups.set(name, [item]);
  }
  return groups;
}
