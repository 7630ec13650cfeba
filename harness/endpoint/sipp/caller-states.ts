import { callerFrom, contactOf, inDialog, plainResponse, request, type Self } from './message-text.js';
import { branch, credentials } from './request-states.js';
import type { ScenarioWriter } from './scenario-writer.js';

const OFFER = '[$body]\n';

/** An INVITE of ours: its challenge, its responses, which are all told, its CANCEL, and the session that comes of it. */
export function writeCaller(scenario: ScenarioWriter, self: Self): void {
  const fields = [contactOf(self), '[$headers]'];
  const invite = (sequence: string, extra: readonly string[] = []): string =>
    request(self, 'INVITE', { target: '[$target]', sequence, fields: [...fields, ...extra], body: OFFER });
  scenario.label('invite').assign('branch', branch(1)).assign('sequence', '1').sendUntilAnswered(invite('1'), 'calling');
  if (self.account) {
    scenario.label('stale').send(ack(self, branch(1), '1'), 'calling');
    scenario.label('challenged').send(ack(self)).raise('again').assign('branch', branch(2)).assign('sequence', '2');
    scenario.sendUntilAnswered(invite('2', [credentials(self)]), 'calling');
  }
  scenario.restAt('calling', { cancel: 'cancel' }, () =>
    scenario.recv({ response: 200, next: 'accepted', dialog: true }).anyResponse('heard'),
  );
  scenario.label('heard').go('progress', 'provisional');
  if (self.account) {
    // The 407 again, after the INVITE with credentials.
    scenario.go('perhaps_stale', 'first').go('refused');
    scenario.label('perhaps_stale').go('stale', 'again').go('challenged', 'challenge');
  }
  scenario.label('refused').send(ack(self)).tell('final').go('over');
  scenario.label('progress').tell('provisional', 'calling');
  writeCancel(scenario, self);
  writeSession(scenario, self);
}

/** RFC 3261 §9.1: the branch and the number of the INVITE. */
function writeCancel(scenario: ScenarioWriter, self: Self): void {
  const cancel = request(self, 'CANCEL', { target: '[$target]', sequence: '[$sequence]' });
  scenario.label('cancel').raise('given_up').sendUntilAnswered(cancel, 'cancelling');
  scenario.label('cancelling').recv({ response: 200, next: 'whose', dialog: true }).anyResponse('heard_cancelling').rest();
  scenario.label('heard_cancelling').go('cancelling', 'provisional').go('refused', 'of_invite').go('cancelling');
  scenario.label('whose').go('accepted', 'of_invite').go('cancelling');
}

function writeSession(scenario: ScenarioWriter, self: Self): void {
  const within = { from: callerFrom(self), to: '[$peer]' };
  scenario.label('accepted').assign('peer', '[last_To:]');
  scenario.send(inDialog(self, 'ACK', { ...within, sequence: '[$sequence]' }));
  scenario.tell('final').go('bye', 'given_up'); // the 200 crossed our CANCEL (RFC 3261 §15)
  // A cancel that came too late to be one hangs up.
  scenario.restAt('established', { hangUp: 'bye', cancel: 'bye' }, () => scenario.recv({ request: 'BYE', next: 'bye_received' }));
  scenario.label('bye').sendUntilAnswered(inDialog(self, 'BYE', { ...within, sequence: '9' }), 'bye_sent');
  scenario.label('bye_received').send(plainResponse('200 OK')).tell('bye').go('over');
}

/** Of a final response other than 2xx (RFC 3261 §17.1.1.3). */
function ack(self: Self, ofBranch = '[$branch]', sequence = '[$sequence]'): string {
  return request(self, 'ACK', { target: '[$target]', to: '[last_To:]', branch: ofBranch, sequence });
}
