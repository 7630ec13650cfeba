import { SETTLING } from '../peers/identity.js';
import type { SipText } from '../peers/sip-text.js';
import type { Conversation } from './conversation.js';
import type { Frame } from './frame.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
const TIME = /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}$/;
const NUMBER = /^\d+$/;
/** The recordings have ACKs, and echoes of some responses, without a protocol. */
const TRANSPORT = /^(udp|tcp|tls)?$/;
const ROLES = /^(uac|uas|proxy-uac|proxy-uas)$/;

/** What of the protocol document holds for every conversation, whatever it is about; one sentence for each breach. */
export function wireFaults(conversation: Conversation): string[] {
  const faults: string[] = [];
  const ids = new Set<string>();
  const answers = new Map<string, number>();
  conversation.frames.forEach((frame, index) => {
    if (frame.from !== 'server') return;
    const complain = (what: string): void => void faults.push(`${what}, in ${frame.leader}`);
    if (!UUID.test(frame.id) || ids.has(frame.id)) complain('a frame without a new version 4 UUID (protocol §1)');
    ids.add(frame.id);
    const before = conversation.frames.slice(0, index);
    if (frame.verb === 'response') checkResponse(frame, before, answers, complain);
    else if (frame.verb === 'sip') checkSip(frame, before, complain);
    else if (frame.verb.startsWith('cdr:')) checkCdr(frame, complain);
    else complain('an unknown verb');
    if (frame.sip && frame.sip.get('content-length') !== String(frame.sip.body.length)) complain('a message with a wrong Content-Length');
  });
  return faults;
}

/** The app's frames that got no answer (protocol §3.2); those of a proxy are answered when it is done. */
export function unanswered(conversation: Conversation): string[] {
  const answered = new Set(conversation.frames.map(({ answers }) => answers));
  const finals = new Set<string>();
  return conversation.frames.flatMap((frame) => {
    if (frame.from !== 'app') return [];
    const status = frame.sip?.status ?? 0;
    // Protocol §4: a second final is discarded without a reply.
    const isSecondFinal = status >= 200 && finals.has(frame.transactionId);
    if (status >= 200) finals.add(frame.transactionId);
    const isSettling = frame.sip?.get('call-id')?.startsWith(SETTLING); // its answer may still be under way
    if (answered.has(frame.id) || isSecondFinal || isSettling || frame.verb === 'proxy') return [];
    return [`no answer to ${frame.leader} ${frame.sip?.name ?? ''}`];
  });
}

type Complain = (what: string) => void;

function checkResponse(frame: Frame, before: readonly Frame[], answers: Map<string, number>, complain: Complain): void {
  const asked = before.find(({ from, id }) => from === 'app' && id === frame.answers);
  if (!asked) return complain('an answer to what was not asked');
  const earlier = answers.get(asked.id) ?? 0;
  answers.set(asked.id, earlier + 1);
  if (earlier > 0 && asked.verb !== 'proxy') complain('a second answer');
  const { tokens } = frame;
  if (!['OK', 'NOK', 'NO'].includes(tokens[3] ?? '')) return complain('an answer that is none of OK, NOK and NO');
  if (!frame.succeeded) return void (tokens[4] || complain('a refusal without a reason'));
  if (asked.verb === 'sip') checkEcho(frame, asked, complain);
  if (asked.verb === 'proxy' && tokens[4] !== 'done') checkProxied(frame, complain);
}

// Protocol §3.2: `OK|application|<bytes>|<proto>|<addr>|<port>|<time>|<txn>|[<dialog>||]Msg sent:|` and the message as sent.
function checkEcho(frame: Frame, asked: Frame, complain: Complain): void {
  const { tokens, sip } = frame;
  checkMeta(tokens.slice(5, 10), complain);
  if (tokens[4] !== 'application') complain('an echo whose source is not the application');
  if (!sip) return complain('an echo without a message');
  if (tokens[5] !== String(sip.octets.length)) complain(`an echo of ${sip.octets.length} octets that says otherwise`);
  if (asked.sip?.status === undefined) {
    if (tokens[11] !== 'Msg sent:' || tokens.length !== 13) complain('an echo of a request in another form');
    if (!UUID.test(frame.echoedTransactionId)) complain('an echo without a transaction id');
    return;
  }
  if (tokens[13] !== 'Msg sent:' || tokens[12] !== '' || tokens.length !== 15) complain('an echo of a response in another form');
  if (frame.echoedTransactionId !== asked.transactionId) complain('an echo with another transaction id');
  if (!isDialogIdOf(tokens[11] ?? '', sip)) complain('an echo with a wrong dialog id');
}

// Protocol §6: `OK|network|<bytes>|<proto>|<addr>|<port>|<time>|||continue`.
function checkProxied(frame: Frame, complain: Complain): void {
  const { tokens } = frame;
  checkMeta(tokens.slice(5, 10), complain);
  if (tokens[4] !== 'network' || tokens[12] !== 'continue' || tokens.length !== 13) complain("a branch's final in another form");
  if (!frame.sip) complain("a branch's final without a message");
}

// Protocol §3.1.
function checkSip(frame: Frame, before: readonly Frame[], complain: Complain): void {
  const { tokens, sip } = frame;
  if (!sip) return complain('a sip without a message');
  checkMeta(tokens.slice(3, 8), complain);
  const isNew = tokens.length === 13;
  if (tokens.at(-1) !== '' || (!isNew && tokens.length !== 11)) complain(`a sip with ${tokens.length} tokens`);
  if (isNew && (tokens[9] !== '' || !tokens[10] || !NUMBER.test(tokens[11] ?? ''))) complain('a new request without where it was received');
  if (!isDialogIdOf(frame.dialogId, sip)) complain('a sip with a wrong dialog id');
  if (frame.source === 'application') {
    if (frame.transactionId !== 'unsolicited' || sip.status !== undefined) complain('what the server made itself in another form');
    return;
  }
  if (frame.source !== 'network') complain('a sip from neither network nor application');
  if (!UUID.test(frame.transactionId)) complain('a sip without a transaction id');
  if (sip.status !== undefined) checkPassedUp(frame, sip, before, complain);
}

function checkPassedUp(frame: Frame, sip: SipText, before: readonly Frame[], complain: Complain): void {
  // Protocol §3.2: the OK for an app's request goes before any response to it, else srf drops the response.
  const known = before.some((one) => one.verb === 'response' && one.succeeded && one.echoedTransactionId === frame.transactionId);
  if (!known) complain('a response before the OK of its request');
  if (sip.status === 100 || sip.method === 'CANCEL') complain('a response that is not passed up');
}

// Protocol §3.3.
function checkCdr(frame: Frame, complain: Complain): void {
  const { tokens, sip } = frame;
  if (!['network', 'application'].includes(frame.source)) complain('a cdr from neither network nor application');
  if (!TIME.test(tokens[3] ?? '')) complain('a cdr without a time');
  if (tokens.length !== (frame.verb === 'cdr:attempt' ? 4 : 5)) complain(`a cdr with ${tokens.length} tokens`);
  if (frame.verb === 'cdr:start' && !ROLES.test(tokens[4] ?? '')) complain('a cdr:start with an unknown role');
  if (!sip) complain('a cdr without a message');
}

function checkMeta([octets, transport, address, port, time]: readonly string[], complain: Complain): void {
  if (!NUMBER.test(octets ?? '')) complain('no number of octets');
  if (!TRANSPORT.test(transport ?? '-')) complain('an unknown transport');
  // What the server made up itself (408, 503) came from nowhere.
  if ((address === '') !== (port === '') || !/^\d*$/.test(port ?? '-')) complain('no address and port');
  if (!TIME.test(time ?? '')) complain('no time');
}

// Protocol §3.1: `<Call-ID>;from-tag=<tag of the INVITE's UAC side>`, which in-dialog may stand on either side.
function isDialogIdOf(id: string, sip: SipText): boolean {
  const tags = [sip.tag('from'), sip.tag('to')];
  return id === '' || tags.some((tag) => id === `${sip.get('call-id')};from-tag=${tag}`);
}
