import { SHARED_LISTENER } from '../world';
import { reply } from './scripted-srf';
import { GUARD_MS, RING_MS, Stage } from './stage';

const BOB = '<sip:bob@192.0.2.2:5060>';
const NOTHING_LEFT = { calls: 0, timers: 0, closed: 1 };

async function stageWithBob(options: Parameters<typeof Stage.open>[0] = {}): Promise<Stage> {
  const stage = await Stage.open(options);
  stage.register('bob', BOB);
  stage.journal.length = 0;
  return stage;
}

describe('a call whose rejection may be routed', () => {
  it('ends with the same rejection, once, and the journal says why', async () => {
    const stage = await stageWithBob();
    const { res, leg } = stage.call();
    await leg.reject(486, { reason: 'Busy Here', headers: ['Retry-After: 30', 'Contact: <sip:bob@192.0.2.2>', 'Supported: 100rel'] });
    expect(res.sent).toEqual([{ status: 486, reason: 'Busy Here', headers: { 'Retry-After': '30' }, body: '' }]);
    expect(stage.decisions).toEqual(['admit INVITE', 'forward 486']);
    expect(stage.journal[1]?.flow).toBe('default 192.0.2.200:5060 – 192.0.2.2:5060');
    expect(await stage.close()).toEqual(NOTHING_LEFT);
  });

  it('leaves no failure to the library, whatever the trust settings', async () => {
    for (const trust of [undefined, SHARED_LISTENER]) {
      const stage = await stageWithBob(trust && { trust });
      expect(stage.call().leg.options).toMatchObject({ passFailure: false, proxy: 'sip:192.0.2.2:5060' });
      await stage.close();
    }
  });

  it('is taken on in the name of the caller, as a call of its own', async () => {
    const stage = await stageWithBob();
    const { leg } = stage.call({
      headers: [
        'Content-Type: application/sdp',
        'X-Busyhere-Attempt: 0123456789abcdef-second',
        'Supported: 100rel',
        'Record-Route: <sip:other;lr>',
      ],
    });
    expect(leg.uri).toBe('sip:bob@192.0.2.2:5060');
    expect(leg.options.headers).toEqual({
      From: '"Carol" <sip:carol@lab.example>',
      To: '<sip:bob@lab.example>',
      Contact: '<sip:192.0.2.200:5060>',
      'Max-Forwards': '69',
      'Content-Type': 'application/sdp',
      'X-Busyhere-Attempt': '0123456789abcdef-second',
    });
    await stage.close();
  });

  it('hands on a redirection with its contacts', async () => {
    const stage = await stageWithBob();
    const { res, leg } = stage.call();
    await leg.reject(302, { headers: ['Contact: <sip:bob@elsewhere.example>', 'Contact: <sip:bob@else.example>'] });
    expect(res.sent[0]).toMatchObject({
      status: 302,
      headers: { Contact: '<sip:bob@elsewhere.example>\r\nContact: <sip:bob@else.example>' },
    });
    await stage.close();
  });

  it.each([
    [499, 400],
    [699, 600],
  ])('gives the class of a code %i that the library does not know', async (status, given) => {
    const stage = await stageWithBob();
    const { res, leg } = stage.call();
    await leg.reject(status, { reason: 'Odd' });
    expect(res.sent).toEqual([{ status: given, reason: 'Odd', headers: {}, body: '' }]);
    await stage.close();
  });

  it.each([
    [408, 408],
    [503, 500], // RFC 3261 §16.7 item 6, as in the proxy
    [500, 500],
  ])('gets %i from the server itself, for want of a callee, and answers %i', async (status, given) => {
    const stage = await stageWithBob({ trust: SHARED_LISTENER });
    const { res, leg } = stage.call();
    await leg.rejectByServer(status);
    expect(res.statuses).toEqual([given]);
    expect(stage.decisions).toEqual(['admit INVITE']); // nothing came on any flow
    expect(await stage.close()).toEqual(NOTHING_LEFT);
  });

  it('ends with 500 where the server would not send the INVITE', async () => {
    const stage = await stageWithBob();
    const { res, leg } = stage.call();
    await leg.fail(new Error('can not send request to myself'));
    expect(res.statuses).toEqual([500]);
    expect(await stage.close()).toEqual(NOTHING_LEFT);
  });

  it('ends with 500 where the 200 makes no dialog', async () => {
    const stage = await stageWithBob();
    const { res, leg } = stage.call();
    await leg.fail(Object.assign(new Error('no Contact'), { status: 500, res: reply(200) }));
    expect(res.statuses).toEqual([500]);
    await stage.close();
  });
});

describe('a call whose rejection is absorbed', () => {
  async function absorbed(ring: boolean): Promise<{ stage: Stage } & ReturnType<Stage['call']>> {
    const stage = await stageWithBob({ trust: SHARED_LISTENER });
    const call = stage.call();
    if (ring) call.leg.ring();
    await call.leg.reject(486);
    return { stage, ...call };
  }

  it('stays open, and the journal says why', async () => {
    const { stage, res } = await absorbed(true);
    expect(res.statuses).toEqual([180]);
    expect(stage.decisions).toEqual(['admit INVITE', 'absorb 486']);
    expect(stage.app.openCalls).toBe(1);
    expect(await stage.close()).toEqual(NOTHING_LEFT);
  });

  it('is told of progress where no 1xx was, or a server would forget it after 64 s', async () => {
    const { stage, res } = await absorbed(false);
    expect(res.statuses).toEqual([183]);
    await stage.close();
  });

  it('ends with 480 when the guard has waited long enough', async () => {
    const { stage, res } = await absorbed(true);
    stage.clock.advance(GUARD_MS - 1);
    expect(res.statuses).toEqual([180]);
    stage.clock.advance(1);
    expect(res.statuses).toEqual([180, 480]);
    expect(stage.app.openCalls).toBe(0);
    expect(await stage.close()).toEqual(NOTHING_LEFT);
  });

  it('ends with the CANCEL, and the guard with it', async () => {
    const { stage, req, res } = await absorbed(true);
    req.emit('cancel');
    expect(res.statuses).toEqual([180, 487]); // the server has sent its own; this one tells the library
    expect(stage.app.openCalls).toBe(0);
    expect(stage.clock.pendingTimers).toBe(0);
    stage.clock.advance(GUARD_MS);
    expect(res.statuses).toEqual([180, 487]);
    await stage.close();
  });

  it('takes a second CANCEL for nothing', async () => {
    const { stage, req, res } = await absorbed(true);
    req.emit('cancel');
    req.emit('cancel');
    expect(res.statuses).toEqual([180, 487]);
    await stage.close();
  });

  it('is let go without a word when the server stops', async () => {
    const { stage, res } = await absorbed(true);
    expect(await stage.close()).toEqual(NOTHING_LEFT);
    stage.clock.advance(GUARD_MS);
    expect(res.statuses).toEqual([180]);
  });

  it('leaves a 487 alone, which is no rejection of the callee’s', async () => {
    const stage = await stageWithBob({ trust: SHARED_LISTENER });
    const { res, leg } = stage.call();
    await leg.reject(487);
    expect(res.statuses).toEqual([487]);
    await stage.close();
  });
});

describe('a CANCEL', () => {
  it('that is quicker than the word that the INVITE is out takes the leg back then', async () => {
    const stage = await stageWithBob();
    const { req, res } = stage.send('INVITE', 'sip:bob@lab.example');
    const leg = stage.leg();
    req.emit('cancel');
    expect(leg.sent.cancels).toBe(0);
    leg.confirm();
    expect(leg.sent.cancels).toBe(1);
    await leg.reject(487);
    expect(res.statuses).toEqual([487]);
    expect(await stage.close()).toEqual(NOTHING_LEFT);
  });

  it('that crosses a 486 ends the call once, and nothing is decided after it', async () => {
    const stage = await stageWithBob({ trust: SHARED_LISTENER });
    const { req, res, leg } = stage.call();
    req.emit('cancel');
    await leg.reject(486);
    expect(res.statuses).toEqual([487]);
    expect(stage.decisions).toEqual(['admit INVITE']);
    expect(await stage.close()).toEqual(NOTHING_LEFT);
  });

  it('keeps the other contacts from being tried', async () => {
    const stage = await stageWithBob();
    stage.register('bob', '<sip:bob@192.0.2.12:5060>;q=0.5');
    const { req, leg } = stage.call();
    req.emit('cancel');
    await leg.reject(487);
    expect(stage.srf.legs).toHaveLength(1);
    await stage.close();
  });
});

describe('a callee with several contacts', () => {
  async function withTwo(options: Parameters<typeof Stage.open>[0] = {}): Promise<Stage> {
    const stage = await stageWithBob(options);
    stage.register('bob', '<sip:bob@192.0.2.12:5060>;q=0.5');
    return stage;
  }

  it('is tried at one after the other, and the best answer counts', async () => {
    const stage = await withTwo();
    const { res, leg } = stage.call();
    await leg.reject(503);
    expect(res.statuses).toEqual([]);
    expect(stage.leg(1).uri).toBe('sip:bob@192.0.2.12:5060');
    await stage.leg(1).confirm().reject(486);
    expect(res.statuses).toEqual([486]);
    expect(await stage.close()).toEqual(NOTHING_LEFT);
  });

  it('declines for all with a 6xx', async () => {
    const stage = await withTwo();
    const { res, leg } = stage.call();
    await leg.reject(603);
    expect(res.statuses).toEqual([603]);
    expect(stage.srf.legs).toHaveLength(1);
    await stage.close();
  });

  it('may have one rejection absorbed and the other routed', async () => {
    const stage = await withTwo({
      trust: {
        ...SHARED_LISTENER,
        listeners: [],
        hosts: [
          { address: '0.0.0.0/0', treatAsAuthenticated: true },
          { address: '192.0.2.2', treatAsAuthenticated: true, throttleAsServer: true },
        ],
      },
    });
    const { res, leg } = stage.call();
    await leg.reject(486);
    await stage.leg(1).confirm().reject(480, { from: '192.0.2.12:5060' });
    expect(res.statuses).toEqual([480]);
    await stage.close();
  });
});

describe('a callee who rings', () => {
  it('for too long is cancelled, and the caller gets 408', async () => {
    const stage = await stageWithBob();
    const { res, leg } = stage.call();
    stage.clock.advance(RING_MS - 1);
    leg.ring();
    stage.clock.advance(RING_MS - 1);
    expect(leg.sent.cancels).toBe(0);
    stage.clock.advance(1);
    expect(leg.sent.cancels).toBe(1);
    await leg.reject(487);
    expect(res.statuses).toEqual([180, 408]);
    expect(await stage.close()).toEqual(NOTHING_LEFT);
  });

  it('and answers ends nothing but the waiting', async () => {
    const stage = await stageWithBob({ trust: SHARED_LISTENER });
    const { res, leg } = stage.call();
    leg.ring();
    await leg.answer();
    expect(res.statuses).toEqual([180, 200]);
    expect(stage.decisions).toEqual(['admit INVITE', 'forward 200']);
    expect(stage.app.openCalls).toBe(0);
    expect(stage.clock.pendingTimers).toBe(0);
    await stage.close();
  });
});

describe('an answered call', () => {
  it('ends on both sides when either hangs up', async () => {
    for (const side of ['uas', 'uac'] as const) {
      const stage = await stageWithBob();
      const dialogs = await stage.call().leg.answer();
      dialogs[side].emit('destroy', undefined);
      const other = side === 'uas' ? dialogs.uac : dialogs.uas;
      expect([dialogs[side].destroyed, other.destroyed]).toEqual([0, 1]);
      await stage.close();
    }
  });
});
