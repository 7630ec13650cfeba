import { withEitherChallenge } from '../../../harness/scenario/either-challenge.js';
import { loadScenario } from '../../../harness/scenario/load.js';

const scenario = (observed: string): string => `name: Challenged
servers: { lcs: { domain: lab.example } }
participants: { alice: { home: lcs, account: false }, bob: { home: lcs } }
script: [{ alice: { invite: bob, as: first } }]
expect: { first: [{ observed: ${observed}, reached: [] }] }
`;

test.each([
  ['407', [407, 401]],
  ['401', [401, 407]],
  ['[403, 407]', [403, 407, 401]],
  ['486', [486]],
  ['[486, 480]', [486, 480]],
])('where %s is expected, %j will do', (written, expected) => {
  const { cases } = loadScenario(scenario(written), 'challenged', '.');
  expect(cases.map(withEitherChallenge).map(({ expectations }) => expectations[0])).toMatchObject([{ observed: expected, reached: [] }]);
});
