import { codesOf, writeCallee } from './callee-states.js';
import { writeCaller } from './caller-states.js';
import { contactOf, plainResponse, type Self } from './message-text.js';
import { REQUEST_VERBS, writeRequests } from './request-states.js';
import { ScenarioWriter } from './scenario-writer.js';

const ALLOW = 'Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, MESSAGE';

/**
 * The scenario by which sipp plays one endpoint: every call begins with a request from the network or with a command of ours
 * over sipp's own channel for third-party call control (`-3pcc`), and takes commands as datagrams as it goes. What sipp sees it tells.
 *
 * @param statuses the codes that it may be told to answer with, besides 100, 180 and 200
 */
export function endpointScenario(self: Self, statuses: readonly number[]): string {
  const scenario = new ScenarioWriter('busyhere endpoint');
  scenario.keepCommand({ fields: { Phrase: 'phrase' }, headers: 'more', body: 'answer' }, [
    ...['cancel', 'hangUp', 'accept'],
    ...codesOf(statuses).map(String),
  ]);
  scenario.recv({ request: 'INVITE', next: 'invited', dialog: true, keep: { caller: 'From', callee: 'To', cseq: 'CSeq' } });
  scenario.recv({ request: 'MESSAGE', next: 'message_received' });
  scenario.recv({ request: 'OPTIONS', next: 'options_received' });
  scenario.command({ fields: { Target: 'target' }, headers: 'headers', body: 'body' }, { ...REQUEST_VERBS, invite: 'invite' });
  scenario.go('over');
  writeRequests(scenario, self);
  writeCaller(scenario, self);
  writeCallee(scenario, self, statuses);
  scenario.label('message_received').send(plainResponse('200 OK')).tell('message').go('over');
  scenario.label('options_received').send(plainResponse('200 OK', [contactOf(self), ALLOW]));
  scenario.label('bye_sent').anyResponse('over').rest();
  scenario.label('over').rest(); // what is only sent again still gets the answer that it got
  return scenario.toString();
}
