const { once } = require('node:events');
const { startDrachtioServer } = require('busyhere/drachtio');
const Srf = require('drachtio-srf');
const receptionist = require('./receptionist');

const SDP = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n';

let office; // the server of the application under test
let outside; // a second one: what is connected there plays the telephones
let app;
let telephone;
let quiet;

/** Calls a name at the office. */
const call = (name) => telephone.createUAC(`sip:${name}@${office.sip.host}:${office.sip.port}`, { localSdp: SDP });

beforeEach(async () => {
  [office, outside] = [await startDrachtioServer(), await startDrachtioServer()];
  [app, telephone, quiet] = [new Srf(), new Srf(), new Set()];
  receptionist(app, { phones: new Map([['bob', `sip:bob@${outside.sip.host}:${outside.sip.port}`]]), quiet });
  app.connect(office.connectOptions);
  await office.ready();
});

/** bob's telephone does this with calls. */
async function bob(handler) {
  telephone.invite(handler);
  telephone.connect(outside.connectOptions);
  await outside.ready();
}

afterEach(async () => {
  app.disconnect();
  telephone.disconnect();
  await Promise.all([office.stop(), outside.stop()]);
});

test('a busy telephone is heard as busy, with its reason', async () => {
  await bob((_req, res) => res.send(486, { headers: { 'X-Reason': 'on another call' } }));
  const error = await call('bob').catch((rejection) => rejection);
  expect(error.status).toBe(486);
  expect(error.res.get('X-Reason')).toBe('on another call');
});

test('who wants quiet is busy, and his telephone does not ring', async () => {
  const rang = jest.fn((_req, res) => res.send(180));
  await bob(rang);
  quiet.add('bob');
  await expect(call('bob')).rejects.toMatchObject({ status: 486 });
  expect(rang).not.toHaveBeenCalled();
});

test('nobody else is known', async () => {
  await bob((_req, res) => res.send(486));
  await expect(call('mallory')).rejects.toMatchObject({ status: 404 });
});

test('who hangs up ends the call on both sides', async () => {
  const answered = new Promise((resolve) => {
    bob(async (req, res) => resolve(await telephone.createUAS(req, res, { localSdp: SDP })));
  });
  await outside.ready();
  const [caller, callee] = await Promise.all([call('bob'), answered]);
  const hungUp = once(callee, 'destroy');
  await caller.destroy();
  await hungUp;
});
