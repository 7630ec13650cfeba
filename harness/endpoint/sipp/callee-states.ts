import { contactOf, inDialog, inviteResponse, plainResponse, type Self } from './message-text.js';
import type { ScenarioWriter } from './scenario-writer.js';

/**
 * An INVITE to us, which is told; what is done about it is a command: a status code, or `accept`.
 * @param statuses the codes that may be wanted besides 100 and 180: sipp wants each written out
 */
export function writeCallee(scenario: ScenarioWriter, self: Self, statuses: readonly number[]): void {
  const codes = codesOf(statuses);
  scenario.label('invited').assign('via', '[last_Via:]').assign('recorded', '[last_Record-Route:]').tell('invite');
  const verbs = { ...Object.fromEntries(codes.map((status) => [status, `s${status}`])), accept: 'accept' };
  scenario.restAt('offered', verbs, () => scenario.recv({ request: 'CANCEL', next: 'cancelled' }));
  const dialog = ['[$recorded]', contactOf(self)];
  for (const status of codes) {
    const fields = status === 100 ? [] : [...(isFinal(status) ? [] : dialog), '[$more]'];
    const text = inviteResponse(`${status} [$phrase]`, fields);
    scenario.label(`s${status}`);
    if (isFinal(status)) scenario.raise(`gave_${status}`).sendUntilAnswered(text, 'rejected');
    else scenario.send(text).tell('done', 'offered');
  }
  writeCancelled(scenario, codes);
  writeAnswered(scenario, self, inviteResponse('200 OK', [...dialog, '[$more]'], '[$answer]\n'));
}

function isFinal(status: number): boolean {
  return status >= 200;
}

/** The codes that an invitation may be answered with, besides 200. */
export function codesOf(statuses: readonly number[]): number[] {
  return [...new Set([100, 180, ...statuses])].sort((one, other) => one - other);
}

/**
 * RFC 3261 §9.2: 200 for the CANCEL, 487 for its INVITE. One that comes when the INVITE has its final changes nothing: since
 * sipp stops sending that again at whatever comes, it begins anew.
 */
function writeCancelled(scenario: ScenarioWriter, codes: readonly number[]): void {
  scenario.label('cancelled').send(plainResponse('200 OK')).tell('cancel');
  scenario.label('terminated').sendUntilAnswered(inviteResponse('487 Request Terminated'), 'rejected');
  scenario.label('late').send(plainResponse('200 OK'));
  for (const status of codes.filter(isFinal)) scenario.go(`s${status}`, `gave_${status}`);
  scenario.go('terminated');
  scenario.label('rejected').recv({ request: 'CANCEL', next: 'late' }).recv({ request: 'ACK', next: 'over' }).rest();
}

function writeAnswered(scenario: ScenarioWriter, self: Self, answer: string): void {
  scenario.label('accept').sendUntilAnswered(answer, 'answered');
  scenario.label('too_late').send(plainResponse('200 OK'), 'accept');
  scenario.label('answered').recv({ request: 'CANCEL', next: 'too_late' }).recv({ request: 'ACK', next: 'confirmed' }).rest();
  scenario.label('confirmed').tell('ack');
  scenario.restAt('talking', { hangUp: 'callee_bye' }, () => scenario.recv({ request: 'BYE', next: 'bye_received' }));
  const swapped = { from: 'From:[$callee];tag=[pid]s[call_number]', to: 'To:[$caller]', sequence: '1' };
  scenario.label('callee_bye').sendUntilAnswered(inDialog(self, 'BYE', swapped), 'bye_sent');
}
