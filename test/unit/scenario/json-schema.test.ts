import Ajv from 'ajv/dist/2020';
import { defineScenario } from '../../../harness/scenario/define-scenario.js';
import { scenarioJsonSchema } from '../../../harness/scenario/json-schema.js';

const scenario = defineScenario({
  name: 'Two calls',
  servers: { lcs: { domain: 'lab.example', quirks: ['lcs2003'] } },
  participants: {
    alice: { home: 'lcs' },
    bob: { home: 'lcs' },
    gateway: { role: 'gateway', at: 'lcs', numbers: { '+1*': 'answer', '+15550100': 'reject 603' } },
  },
  profiles: {
    plain: {
      servers: { lcs: { hosts: [{ address: 'gateway', treatAsAuthenticated: true }], routes: [{ number: '+1*', to: 'gateway' }] } },
    },
  },
  matrix: { trust: ['plain'], bob: ['ringing', 'engaged'], exclude: [{ trust: 'plain', bob: ['engaged'] }] },
  script: [{ alice: { invite: 'bob', as: 'first', action: 'voice' } }, { bob: { on: 'first', do: '$bob' } }],
  expect: {
    first: [
      { bob: ['ringing'], observed: 'pending', loss: { kind: 'swallowed', hop: 'lcs' } },
      { observed: [486, 'ringing'], reached: ['bob'] },
    ],
  },
});

test('an editor with the JSON Schema accepts a scenario that the types accept', () => {
  const validate = new Ajv({ strict: false }).compile(scenarioJsonSchema());
  expect(validate(scenario)).toBe(true);
  expect(validate({ ...scenario, participant: {} })).toBe(false);
});
