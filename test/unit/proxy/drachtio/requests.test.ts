import type { ListenerOptions, Route } from '../../../../harness/proxy/proxy-options';
import { at } from '../world';
import { reply, ScriptedRequest } from './scripted-srf';
import { credentialsFor, Stage } from './stage';

const CLOSED = { trust: { listeners: [], hosts: [], quirks: [] as const } };
const BOB = '<sip:bob@192.0.2.2:5060>';
const LISTENERS: readonly ListenerOptions[] = [
  { name: 'users', address: at('192.0.2.200:5060') },
  { name: 'telephony', address: at('192.0.2.201:5060') },
];
const TO_GATEWAY: Route = { kind: 'number', pattern: '+1*', nextHop: at('192.0.2.9:5060'), listener: 'telephony', role: 'gateway' };

describe('whoever is not authenticated', () => {
  it('is challenged with a field for each algorithm, and let in with the answer', async () => {
    const stage = await Stage.open(CLOSED);
    const { res } = stage.send('REGISTER', 'sip:lab.example', { headers: ['To: <sip:carol@lab.example>'] });
    expect(res.statuses).toEqual([401]);
    const lines = (res.sent[0]?.headers['WWW-Authenticate'] ?? '').split('\r\n');
    expect(lines.map((line) => /algorithm=([\w-]+)/.exec(line)?.[1])).toEqual(['SHA-256', 'MD5']);
    expect(lines[1]).toMatch(/^WWW-Authenticate: Digest /);
    const authorization = credentialsFor(res.sent[0], 'REGISTER', 'sip:lab.example', 'carol');
    const again = stage.send('REGISTER', 'sip:lab.example', {
      headers: ['To: <sip:carol@lab.example>', authorization, 'CSeq: 2 REGISTER'],
    });
    expect(again.res.statuses).toEqual([200]);
    expect(again.res.sent[0]?.headers.Contact).toMatch(/^<sip:carol@192\.0\.2\.3:5060>;q=1;expires=3600$/);
    expect(stage.app.bindings).toBe(1);
    expect(await stage.close()).toEqual({ calls: 0, timers: 0, closed: 1 });
  });

  it('is challenged with 407 for an INVITE, and his credentials stay here', async () => {
    const stage = await Stage.open({ ...CLOSED, routes: [TO_GATEWAY], listeners: LISTENERS });
    const uri = 'sip:+15550100@lab.example';
    const { res } = stage.send('INVITE', uri);
    expect(res.statuses).toEqual([407]);
    stage.send('INVITE', uri, { headers: [credentialsFor(res.sent[0], 'INVITE', uri, 'carol'), 'CSeq: 2 INVITE'] });
    expect(stage.leg().options.headers).not.toHaveProperty('Proxy-Authorization');
    await stage.close();
  });
});

describe('a number', () => {
  it('goes to the gateway, and leaves from the listener that its route names', async () => {
    const stage = await Stage.open({ routes: [TO_GATEWAY], listeners: LISTENERS });
    stage.send('INVITE', 'sip:+15550100@lab.example');
    const leg = stage.leg();
    expect(leg.uri).toBe('sip:+15550100@lab.example');
    expect(leg.options).toMatchObject({ proxy: 'sip:192.0.2.9:5060', headers: { Contact: '<sip:192.0.2.201:5060>' } });
    await leg.confirm().reject(486, { from: '192.0.2.9:5060' });
    expect(stage.journal.at(-1)?.flow).toBe('telephony 192.0.2.201:5060 – 192.0.2.9:5060');
    await stage.close();
  });
});

it('sends to a client from the listener on which he registered, and judges by it', async () => {
  const trusted = { name: 'telephony', treatAllConnectionsAsTrusted: true, treatAllConnectionsAsServer: true };
  const hosts = [{ address: '0.0.0.0/0', treatAsAuthenticated: true }];
  const stage = await Stage.open({ trust: { listeners: [trusted], hosts, quirks: ['lcs2003'] }, listeners: LISTENERS });
  stage.register('bob', BOB, '192.0.2.201:5060');
  const { res, leg } = stage.call({ receivedOn: '192.0.2.200:5060' });
  expect(leg.options.headers.Contact).toBe('<sip:192.0.2.201:5060>');
  await leg.reject(486);
  expect(res.statuses).toEqual([183]);
  await stage.close();
});

describe('a request other than INVITE', () => {
  it('is sent on, and its final answer comes back', async () => {
    const stage = await Stage.open();
    stage.register('bob', BOB);
    const { res } = stage.send('MESSAGE', 'sip:bob@lab.example', { body: 'hello', headers: ['Content-Type: text/plain', 'Contact:'] });
    const [message] = stage.srf.outgoing;
    expect(message).toMatchObject({
      uri: 'sip:bob@192.0.2.2:5060',
      options: { method: 'MESSAGE', body: 'hello', proxy: 'sip:192.0.2.2:5060' },
    });
    expect(message?.options.headers).toMatchObject({ 'Content-Type': 'text/plain', From: '"Carol" <sip:carol@lab.example>' });
    expect(message?.options.headers).not.toHaveProperty('Contact'); // RFC 3428 §4
    message?.sent.emit('response', reply(100, { method: 'MESSAGE' }));
    expect(res.statuses).toEqual([]);
    message?.sent.emit('response', reply(404, { method: 'MESSAGE', reason: 'Not Here' }));
    expect(res.sent).toMatchObject([{ status: 404, reason: 'Not Here' }]);
    await stage.close();
  });

  it('names its listener where that is not the usual one', async () => {
    const stage = await Stage.open({ routes: [TO_GATEWAY], listeners: LISTENERS });
    stage.send('MESSAGE', 'sip:+15550100@lab.example', { body: 'hello', headers: ['Content-Type: text/plain'] });
    expect(stage.srf.outgoing[0]?.options.headers?.Contact).toBe('<sip:192.0.2.201:5060>');
    await stage.close();
  });

  it('gets no 408, which RFC 4320 forbids', async () => {
    const stage = await Stage.open();
    stage.register('bob', BOB);
    const { res } = stage.send('MESSAGE', 'sip:bob@lab.example');
    stage.srf.outgoing[0]?.sent.emit('response', { ...reply(408, { method: 'MESSAGE' }), source_address: '' });
    expect(res.statuses).toEqual([]);
    await stage.close();
  });

  it('gets 500 where the server would not send it, or nobody knows where to', async () => {
    const stage = await Stage.open();
    stage.register('bob', BOB);
    stage.srf.refuses = new Error('missing content-type');
    expect(stage.send('MESSAGE', 'sip:bob@lab.example').res.statuses).toEqual([500]);
    expect(stage.send('MESSAGE', 'sip:bob@nowhere.example').res.statuses).toEqual([500]);
    await stage.close();
  });
});

describe('what is answered here', () => {
  it.each([
    ['OPTIONS', 'sip:lab.example', [], 200],
    ['SUBSCRIBE', 'sip:bob@lab.example', [], 501],
    ['REFER', 'sip:bob@lab.example', [], 501],
    ['INVITE', 'sip:bob@lab.example', ['To: <sip:bob@lab.example>;tag=gone'], 481],
    ['INVITE', 'sip:bob@lab.example', ['Require: 100rel, foo'], 420],
    ['INVITE', 'sip:bob@lab.example', ['Max-Forwards: 0'], 483],
    ['INVITE', 'sip:bob@lab.example', ['CSeq: 1 BYE'], 400],
    ['INVITE', 'sip:zoe@lab.example', [], 404],
    ['INVITE', 'sip:dave@lab.example', [], 480],
    ['INVITE', 'sips:bob@lab.example', [], 416],
  ])('%s %s %j: %i', async (method, uri, headers, status) => {
    const stage = await Stage.open();
    stage.register('bob', BOB);
    const { res } = stage.send(method, uri, { headers });
    expect(res.statuses).toEqual([status]);
    expect([stage.srf.legs.length, stage.srf.outgoing.length]).toEqual([0, 0]);
    if (method === 'OPTIONS') expect(res.sent[0]?.headers.Allow).toMatch(/^INVITE, /);
    if (status === 420) expect(res.sent[0]?.headers.Unsupported).toBe('100rel, foo');
    expect(await stage.close()).toEqual({ calls: 0, timers: 0, closed: 1 });
  });

  it('is 503 for one call more than may be open', async () => {
    const stage = await Stage.open({ limits: { contexts: 1 } });
    stage.register('bob', BOB);
    stage.call();
    const { res } = stage.send('INVITE', 'sip:bob@lab.example', { from: '192.0.2.4:5060' });
    expect(res.sent).toMatchObject([{ status: 503, headers: { 'Retry-After': '5' } }]);
    await stage.close();
  });

  it('is 400 for what cannot be read', async () => {
    const stage = await Stage.open();
    expect(stage.srf.deliver(new ScriptedRequest('INVITE', '192.0.2.3', 5060)).statuses).toEqual([400]);
    await stage.close();
  });
});

it('asks its server for the requests outside dialogs that it deals with', async () => {
  const stage = await Stage.open();
  expect([...stage.srf.methods].sort()).toEqual([
    'info',
    'invite',
    'message',
    'notify',
    'options',
    'publish',
    'refer',
    'register',
    'subscribe',
  ]);
  await stage.close();
});

it('counts an address in brackets, as servers write IPv6, as the same', async () => {
  const stage = await Stage.open({
    listeners: [{ name: 'default', address: at('[2001:db8::200]:5060') }],
    trust: {
      listeners: [],
      hosts: [{ address: '2001:db8::/64', treatAsAuthenticated: true }],
      quirks: [],
    },
  });
  const raw = stage.send('OPTIONS', 'sip:lab.example').req.raw;
  expect(stage.srf.deliver(new ScriptedRequest(raw, '[2001:db8::1]', 5060, '2001:db8::200:5060')).statuses).toEqual([200]);
  expect(stage.journal.at(-1)?.flow).toBe('default [2001:db8::200]:5060 – [2001:db8::1]:5060');
  await stage.close();
});
