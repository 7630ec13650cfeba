import { joinDialogs } from '../../../../harness/proxy/drachtio/join-dialogs';
import { reply, ScriptedDialog, ScriptedRequest, ScriptedResponse, turn } from './scripted-srf';

/** What alice's side says to bob's, and how it is answered. */
async function say(event: 'modify' | 'info' | 'message', body: string, answer: ScriptedDialog['reply'], headers: readonly string[] = []) {
  const [alices, bobs] = [new ScriptedDialog(reply(200)), new ScriptedDialog(reply(200))];
  joinDialogs(alices, bobs);
  bobs.reply = answer;
  const method = event === 'modify' ? 'INVITE' : event.toUpperCase();
  const lines = [
    `${method} sip:bob@192.0.2.200 SIP/2.0`,
    'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1',
    'From: <sip:alice@lab.example>;tag=a',
    'To: <sip:bob@lab.example>;tag=b',
    'Call-ID: joined',
    `CSeq: 2 ${method}`,
    ...headers,
    `Content-Length: ${body.length}`,
  ];
  const res = new ScriptedResponse();
  alices.emit(event, new ScriptedRequest(`${lines.join('\r\n')}\r\n\r\n${body}`, '192.0.2.1', 5060), res);
  await turn();
  return { res, bobs };
}

it('passes a re-INVITE and its answer on', async () => {
  const { res, bobs } = await say('modify', 'v=0\r\nnew', { status: 200, body: 'v=0\r\nanswer' });
  expect(bobs.modified).toEqual(['v=0\r\nnew']);
  expect(res.sent).toMatchObject([{ status: 200, body: 'v=0\r\nanswer' }]);
});

it('refuses a re-INVITE as the other side does', async () => {
  expect((await say('modify', 'v=0\r\nnew', { status: 488 })).res.statuses).toEqual([488]);
  expect((await say('modify', 'v=0\r\nnew', { status: 499 })).res.statuses).toEqual([400]);
});

it('refuses a re-INVITE without an offer, whose answer would have to travel in the ACK', async () => {
  const { res, bobs } = await say('modify', '', { status: 200 });
  expect(res.statuses).toEqual([488]);
  expect(bobs.modified).toEqual([]);
});

it('passes requests of a dialog on with what describes them', async () => {
  const headers = ['Info-Package: test', 'Content-Type: application/dtmf', 'Contact: <sip:alice@192.0.2.1>'];
  const { res, bobs } = await say('info', 'Signal=1', { status: 200, body: 'taken' }, headers);
  expect(bobs.requested).toEqual([
    { method: 'INFO', headers: { 'Info-Package': 'test', 'Content-Type': 'application/dtmf' }, body: 'Signal=1' },
  ]);
  expect(res.sent).toMatchObject([{ status: 200, body: 'taken' }]);
  expect((await say('message', 'hello', { status: 415 })).res.statuses).toEqual([415]);
});

it('answers 481 where the other side is gone', async () => {
  const { res, bobs } = await (async () => {
    const [alices, gone] = [new ScriptedDialog(reply(200)), new ScriptedDialog(reply(200))];
    gone.modify = async () => Promise.reject(new Error('unable to find dialog'));
    joinDialogs(alices, gone);
    const answer = new ScriptedResponse();
    alices.emit('modify', new ScriptedRequest('INVITE sip:bob@x SIP/2.0\r\n\r\nv=0', '192.0.2.1', 5060), answer);
    await turn();
    return { res: answer, bobs: gone };
  })();
  expect(res.statuses).toEqual([481]);
  expect(bobs.destroyed).toBe(0);
});

it('lets a BYE that nobody can be told of pass quietly', async () => {
  const [alices, gone] = [new ScriptedDialog(reply(200)), new ScriptedDialog(reply(200))];
  gone.destroy = async () => Promise.reject(new Error('unable to find dialog'));
  joinDialogs(alices, gone);
  alices.emit('destroy', undefined);
  await turn();
  expect(alices.destroyed).toBe(0);
});
