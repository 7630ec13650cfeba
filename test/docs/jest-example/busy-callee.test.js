const { runScenario } = require('busyhere');
const { matchers } = require('busyhere/jest');

expect.extend(matchers);

// Carol invites Bob, who talks to Alice, under two trust profiles.
const scenario = {
  name: 'A second invitation',
  servers: { lcs: { domain: 'lab.example', quirks: ['lcs2003'] } },
  participants: { alice: { home: 'lcs' }, bob: { home: 'lcs' }, carol: { home: 'lcs' } },
  profiles: {
    sound: {},
    faulty: { servers: { lcs: { listeners: { default: { treatAllConnectionsAsTrusted: true, treatAllConnectionsAsServer: true } } } } },
  },
  matrix: { trust: ['sound', 'faulty'] },
  script: [
    { alice: { invite: 'bob', as: 'first' } },
    { bob: { on: 'first', do: 'answer' } },
    { carol: { invite: 'bob', as: 'second', after: 'first is answered' } },
  ],
  expect: { second: [{ trust: 'faulty', observed: 'pending', loss: { kind: 'swallowed', hop: 'lcs' } }, { observed: 486 }] },
};

/** Carol's attempt in the case with that profile. */
async function carolsAttempt(trust) {
  const { cases } = await runScenario(scenario, { engine: 'memory' }); // 'udp' for real sockets, 'docker' for containers
  const { attempts } = cases.find(({ variant }) => variant.trust === trust);
  return attempts.find(({ originator }) => originator === 'carol');
}

test('Carol hears that Bob is busy', async () => {
  const attempt = await carolsAttempt('sound');
  expect(attempt).toReceiveFinalResponse(486);
  expect(attempt).not.toHaveLostResponse();
});

test('where clients are taken for servers, she waits for ever', async () => {
  const attempt = await carolsAttempt('faulty');
  expect(attempt).toStayPending();
  expect(attempt).toHaveLostResponse({ kind: 'swallowed', hop: 'lcs' });
});
