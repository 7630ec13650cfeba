/** A message of an application, taken apart at its first line. */
export interface Command {
  /** Its own UUID, which a `response` names. */
  readonly id: string;
  readonly verb: string;
  /** All of the leader line, split at `|`: 0 is the id, 1 the verb. Empty ones count. */
  readonly tokens: readonly string[];
  /** What follows the leader line: a SIP message, or nothing. */
  readonly message: Buffer;
}

/** Where and when a SIP message was seen, as the leader lines carry it. */
export interface Sighting {
  /** `network`: received; `application`: sent on behalf of an application. */
  readonly source: 'network' | 'application';
  readonly octets: number;
  /** `udp`; empty where the real server leaves it out. */
  readonly protocol: string;
  /** The peer, or for a request that was sent our own address; empty for responses that the server made. */
  readonly address: string;
  readonly port: number | '';
  /** `HH:MM:SS.uuuuuu`, UTC. */
  readonly time: string;
}

const LINE_END = Buffer.from('\r\n');

/** Takes a payload apart; the verb is empty where there is none. */
export function readCommand(payload: Buffer): Command {
  const end = payload.indexOf(LINE_END);
  const leader = (end < 0 ? payload : payload.subarray(0, end)).toString('utf8');
  const tokens = leader.split('|');
  return {
    id: tokens[0] ?? '',
    verb: tokens[1] ?? '',
    tokens,
    message: end < 0 ? Buffer.alloc(0) : payload.subarray(end + LINE_END.length),
  };
}

function sightingTokens({ source, octets, protocol, address, port, time }: Sighting): string {
  return `${source}|${octets}|${protocol}|${address}|${port}|${time}`;
}

/** `sip` for a request that belongs to no dialog yet; only this form says where the request came in. */
export function newRequestLeader(sighting: Sighting, transactionId: string, receivedOn: { address: string; port: number }): string {
  return `sip|${sightingTokens(sighting)}|${transactionId}||${receivedOn.address}|${receivedOn.port}|`;
}

/** `sip` for responses, for requests inside a dialog, and for a CANCEL. The client drops it without the last `|`. */
export function sipLeader(sighting: Sighting, transactionId: string, dialogId: string): string {
  return `sip|${sightingTokens(sighting)}|${transactionId}|${dialogId}|`;
}

/** The `response` to a request that was sent for an application, less its first tokens. */
export function requestSent(sighting: Sighting, transactionId: string): string {
  return `OK|${sightingTokens(sighting)}|${transactionId}|Msg sent:|`;
}

/** The `response` to a response that was sent for an application. */
export function responseSent(sighting: Sighting, transactionId: string, dialogId: string): string {
  return `OK|${sightingTokens(sighting)}|${transactionId}|${dialogId}||Msg sent:|`;
}

/** The `response` to a `proxy` that reports a branch's final response; more follow. */
export function branchFinal(sighting: Sighting): string {
  return `OK|${sightingTokens(sighting)}|||continue`;
}

/** `detail`: the role of a start, the reason of a stop. */
export function cdrLeader(event: 'attempt' | 'start' | 'stop', { source, time }: Sighting, detail?: string): string {
  return `cdr:${event}|${source}|${time}${detail === undefined ? '' : `|${detail}`}`;
}
