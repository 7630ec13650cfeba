/** Texts of messages as sipp sends them: its keywords stand in square brackets, variables behind a dollar sign. */

/** Whom the endpoint is, as its scenario is written. */
export interface Self {
  /** Address of record, a SIP URI. */
  readonly identity: string;
  readonly user: string;
  /** `ip:port` */
  readonly hostPort: string;
  readonly domain: string;
  readonly account?: { readonly user: string; readonly password: string } | undefined;
}

const TAG = '[pid]c[call_number]';

export interface RequestText {
  readonly target: string;
  /** Of the To header, if not the target; or the keyword that stands for the whole header. */
  readonly to?: string;
  readonly branch?: string;
  readonly sequence: string;
  readonly fields?: readonly string[];
  readonly body?: string;
}

/** A request of ours outside a dialog, or an ACK or CANCEL that belongs to one. */
export function request(self: Self, method: string, text: RequestText): string {
  const { target, to = target, branch = '[$branch]', sequence, fields = [], body } = text;
  return lines([
    `${method} ${target} SIP/2.0`,
    `Via: SIP/2.0/UDP ${self.hostPort};branch=${branch}`,
    'Max-Forwards: 70',
    `From: <${self.identity}>;tag=${TAG}`,
    to.startsWith('[last_') ? to : `To: <${to}>`,
    'Call-ID: [call_id]',
    `CSeq: ${sequence} ${method}`,
    ...fields,
    ...ending(body),
  ]);
}

/** A request within the dialog that the other's last message with `dialog` made. */
export function inDialog(self: Self, method: string, { from, to, sequence }: { from: string; to: string; sequence: string }): string {
  return lines([
    `${method} [next_url] SIP/2.0`,
    `Via: SIP/2.0/UDP ${self.hostPort};branch=[branch]`,
    'Max-Forwards: 70',
    '[routes]',
    from,
    to,
    'Call-ID: [call_id]',
    `CSeq: ${sequence} ${method}`,
    ...ending(undefined),
  ]);
}

/** A response to what came last. */
export function plainResponse(status: string, fields: readonly string[] = []): string {
  return lines([
    `SIP/2.0 ${status}`,
    '[last_Via:]',
    '[last_From:]',
    '[last_To:];tag=[pid]s[call_number]',
    '[last_Call-ID:]',
    '[last_CSeq:]',
    ...fields,
    ...ending(undefined),
  ]);
}

/** A response to the INVITE that the call began with, whatever came since. */
export function inviteResponse(status: string, fields: readonly string[] = [], body?: string): string {
  return lines([
    `SIP/2.0 ${status}`,
    '[$via]',
    'From:[$caller]',
    'To:[$callee];tag=[pid]s[call_number]',
    'Call-ID: [call_id]',
    'CSeq:[$cseq]',
    ...fields,
    ...ending(body),
  ]);
}

export function contactOf({ user, hostPort }: Self): string {
  return `Contact: <sip:${user}@${hostPort}>`;
}

/** From of the caller's requests. */
export function callerFrom({ identity }: Self): string {
  return `From: <${identity}>;tag=${TAG}`;
}

function ending(body: string | undefined): string[] {
  return body === undefined ? ['Content-Length: 0', '', ''] : ['Content-Length: [len]', '', body];
}

function lines(all: readonly string[]): string {
  return all.join('\n');
}
