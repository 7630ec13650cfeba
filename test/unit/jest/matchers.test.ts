import { matchers } from '../../../harness/jest/index.js';
import type { AttemptResult } from '../../../harness/scenario/result.js';

expect.extend(matchers);

const delivered: AttemptResult = {
  label: 'carol → bob',
  originator: 'carol',
  callee: 'bob',
  expected: [486],
  observed: 486,
  finalAtCallee: 486,
  finalAtOriginator: 486,
  reached: ['bob'],
  loss: null,
  shown: null,
};

const lost: AttemptResult = {
  ...delivered,
  observed: 'pending',
  finalAtOriginator: null,
  loss: { kind: 'swallowed', hop: 'lcs', between: null, certainty: 'seen', reason: 'lcs acknowledged 486 and sent nothing on' },
};

const onTheWire: AttemptResult = {
  ...lost,
  loss: { kind: 'lost-on-wire', hop: null, between: ['lcs', 'carol'], certainty: 'inferred', reason: 'not seen at carol' },
};

const rings: AttemptResult = { ...delivered, observed: 'ringing', finalAtCallee: null, finalAtOriginator: null };

/** What an expectation that fails says. */
function complaint(expectation: () => void): string {
  try {
    expectation();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('the expectation passed');
}

describe('toReceiveFinalResponse', () => {
  it('passes for the response that the originator got, and for no other', () => {
    expect(delivered).toReceiveFinalResponse(486);
    expect(delivered).not.toReceiveFinalResponse(600);
    expect(lost).not.toReceiveFinalResponse(486);
    expect(rings).not.toReceiveFinalResponse(486);
  });

  it('is not content with what was only observed elsewhere', () => {
    expect({ ...delivered, finalAtOriginator: null }).not.toReceiveFinalResponse(486);
  });

  it('says where the response ended when it fails', () => {
    expect(complaint(() => expect(lost).toReceiveFinalResponse(486))).toBe(
      [
        'expected carol to receive the final response 486',
        '',
        'carol → bob: pending',
        '  final response at bob: 486',
        '  final response at carol: none',
        '  the INVITE reached: bob',
        '  lost: swallowed at lcs (seen): lcs acknowledged 486 and sent nothing on',
      ].join('\n'),
    );
    expect(complaint(() => expect(delivered).not.toReceiveFinalResponse(486))).toContain('carol not to receive the final response 486');
  });
});

describe('toStayPending', () => {
  it('passes for a lost response only, never for a callee that rings', () => {
    expect(lost).toStayPending();
    expect(rings).not.toStayPending();
    expect(delivered).not.toStayPending();
  });

  it('says what it found when it fails', () => {
    expect(complaint(() => expect(rings).toStayPending())).toContain('carol → bob: ringing');
    expect(complaint(() => expect(delivered).toStayPending())).toContain('carol → bob: 486 was received');
    expect(complaint(() => expect(lost).not.toStayPending())).toContain('not to stay pending at carol');
  });
});

describe('toHaveLostResponse', () => {
  it('compares what is named, and nothing else', () => {
    expect(lost).toHaveLostResponse();
    expect(lost).toHaveLostResponse({ kind: 'swallowed' });
    expect(lost).toHaveLostResponse({ kind: 'swallowed', hop: 'lcs', certainty: 'seen' });
    expect(lost).not.toHaveLostResponse({ kind: 'not-acked' });
    expect(lost).not.toHaveLostResponse({ kind: 'swallowed', hop: 'home' });
    expect(lost).not.toHaveLostResponse({ certainty: 'inferred' });
    expect(delivered).not.toHaveLostResponse();
  });

  it('knows a loss between two', () => {
    expect(onTheWire).toHaveLostResponse({ between: ['lcs', 'carol'], hop: null });
    expect(onTheWire).not.toHaveLostResponse({ between: ['carol', 'lcs'] });
    expect(complaint(() => expect(onTheWire).toHaveLostResponse({ hop: 'lcs' }))).toContain(
      'found: lost-on-wire between lcs and carol (inferred): not seen at carol',
    );
  });

  it('says what was wanted and what was found when it fails', () => {
    expect(complaint(() => expect(delivered).toHaveLostResponse({ kind: 'swallowed', hop: 'lcs' }))).toContain(
      'expected a response to be lost, kind swallowed, hop lcs\nfound: nothing was lost',
    );
    expect(complaint(() => expect(onTheWire).not.toHaveLostResponse({ between: ['lcs', 'carol'] }))).toContain(
      'expected not a response to be lost, between lcs - carol',
    );
  });
});

describe('a value that nothing can be said of', () => {
  it.each([undefined, null, 486, {}, [delivered], { ...delivered, observed: null }])('fails, also under not: %j', (value) => {
    expect(() => expect(value).toReceiveFinalResponse(486)).toThrow();
    expect(() => expect(value).not.toReceiveFinalResponse(486)).toThrow(expect.objectContaining({ code: 'usage' }));
    expect(() => expect(value).not.toStayPending()).toThrow(expect.objectContaining({ code: 'usage' }));
    expect(() => expect(value).not.toHaveLostResponse()).toThrow(expect.objectContaining({ code: 'usage' }));
  });
});

it('loads nothing of Jest', () => {
  const loaded = jest.fn();
  jest.isolateModules(() => {
    for (const name of ['expect', '@jest/globals', '@jest/expect']) jest.doMock(name, loaded, { virtual: true });
    require('../../../harness/jest/index.js');
  });
  expect(loaded).not.toHaveBeenCalled();
});
