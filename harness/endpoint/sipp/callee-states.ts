import { contactOf, inDialog, inviteResponse, plainResponse, type Self } from './message-text.js';
import type { ScenarioWriter } from './scenario-writer.js';

/**
 * An INVITE to us, which is told; what is done about it is a command: a status code, or `accept`.
 * @param statuses the codes that may be wanted besides 100 and 180: sipp wants each written out
 */
export function writeCallee(scenario: ScenarioWriter, self: Self, statuses: readonly number[]): void {
  const codes = codesOf(statuses);
  scenario.label('invited').assign('via', '[last_Via:]').tell('invite');
  const verbs = { ...Object.fromEntries(codes.map((status) => [status, `s${status}`])), accept: 'accept' };
  scenario.restAt('offered', verbs, () => scenario.recv({ request: 'CANCEL', next: 'cancelled' }));
  const dialog = ['[last_Record-Route:]', contactOf(self)];
  for (const status of codes) {
    const isProvisional = status < 200;
    const fields = status === 100 ? [] : [...(isProvisional ? dialog : []), '[$more]'];
    const text = inviteResponse(`${status} [$phrase]`, fields);
    scenario.label(`s${status}`);
    if (isProvisional) scenario.send(text).tell('done', 'offered');
    else scenario.sendUntilAnswered(text, 'rejected');
  }
  writeCancelled(scenario);
  writeAnswered(scenario, self, inviteResponse('200 OK', [...dialog, '[$more]'], '[$answer]\n'));
}

/** The codes that an invitation may be answered with, besides 200. */
export function codesOf(statuses: readonly number[]): number[] {
  return [...new Set([100, 180, ...statuses])].sort((one, other) => one - other);
}

/** RFC 3261 §9.2: 200 for the CANCEL, 487 for its INVITE. */
function writeCancelled(scenario: ScenarioWriter): void {
  scenario.label('cancelled').send(plainResponse('200 OK')).tell('cancel');
  scenario.sendUntilAnswered(inviteResponse('487 Request Terminated'), 'rejected');
  scenario.label('late').send(plainResponse('200 OK'), 'rejected');
  scenario.label('rejected').recv({ request: 'CANCEL', next: 'late' }).recv({ request: 'ACK', next: 'over' }).rest();
}

function writeAnswered(scenario: ScenarioWriter, self: Self, answer: string): void {
  scenario.label('accept').sendUntilAnswered(answer, 'answered');
  scenario.label('too_late').send(plainResponse('200 OK'), 'answered');
  scenario.label('answered').recv({ request: 'CANCEL', next: 'too_late' }).recv({ request: 'ACK', next: 'confirmed' }).rest();
  scenario.label('confirmed').tell('ack');
  scenario.restAt('talking', { hangUp: 'callee_bye' }, () => scenario.recv({ request: 'BYE', next: 'bye_received' }));
  const swapped = { from: 'From:[$callee];tag=[pid]s[call_number]', to: 'To:[$caller]', sequence: '1' };
  scenario.label('callee_bye').sendUntilAnswered(inDialog(self, 'BYE', swapped), 'bye_sent');
}
