import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Case } from '../../../harness/scenario/case.js';
import { defineScenario } from '../../../harness/scenario/define-scenario.js';
import { loadScenario, loadScenarios } from '../../../harness/scenario/load.js';
import type { ScenarioInput } from '../../../harness/scenario/scenario-schema.js';

const BASE = {
  name: 'Two calls',
  servers: { lcs: { domain: 'lab.example' } },
  participants: { alice: { home: 'lcs' }, bob: { home: 'lcs' }, carol: { home: 'lcs' } },
  script: [{ alice: { invite: 'bob', as: 'first' } }],
  expect: { first: [{ observed: 486 }] },
} satisfies ScenarioInput;

function casesOf(change: Partial<ScenarioInput>): readonly Case[] {
  return loadScenario(defineScenario({ ...BASE, ...change }), 'suite/two-calls', '/nowhere').cases;
}

function onlyCase(change: Partial<ScenarioInput>): Case {
  const [first, ...others] = casesOf(change);
  if (!first || others.length > 0) throw new Error('expected one case');
  return first;
}

describe('the matrix', () => {
  const matrix = { bob: ['ringing', 'engaged'], code: [486, 600] };
  const ids = (cases: readonly Case[]): string[] => cases.map(({ id }) => id.replace('suite/two-calls', ''));

  test('is the product of its axes, the last one changing fastest', () => {
    expect(ids(casesOf({ matrix }))).toEqual([
      '[bob=ringing,code=486]',
      '[bob=ringing,code=600]',
      '[bob=engaged,code=486]',
      '[bob=engaged,code=600]',
    ]);
  });

  test('without axes is one case, whose id is the scenario’s', () => {
    expect(onlyCase({}).id).toBe('suite/two-calls');
  });

  test('leaves out what an entry of exclude matches in all its axes', () => {
    expect(ids(casesOf({ matrix: { ...matrix, exclude: [{ bob: 'ringing', code: [486, 600] }, { code: 600 }] } }))).toEqual([
      '[bob=engaged,code=486]',
    ]);
  });

  test('adds what include names, once, and with values beyond the axes', () => {
    const include = [
      { code: 603, bob: 'idle' },
      { bob: 'ringing', code: 486 },
    ];
    expect(ids(casesOf({ matrix: { bob: ['ringing'], code: [486], include } }))).toEqual(['[bob=ringing,code=486]', '[bob=idle,code=603]']);
  });

  test('gives rows of expect their values: the first that matches counts, also for included values', () => {
    const cases = casesOf({
      matrix: { ...matrix, include: [{ bob: 'idle', code: 486 }] },
      expect: {
        first: [
          { bob: 'idle', observed: 'ringing' },
          { code: [600], observed: [486, 600] },
          { bob: ['ringing'], observed: 480 },
          { observed: '$code' },
        ],
      },
    });
    expect(cases.map(({ expectations }) => expectations[0]?.observed)).toEqual([[480], [486, 600], [486], [486, 600], ['ringing']]);
  });
});

describe('$axis', () => {
  test('stands for the value everywhere in participants, servers, script and expect; $$ for a dollar', () => {
    const [one] = casesOf({
      matrix: { who: ['carol'], code: [603] },
      servers: { lcs: { domain: '$who.example' } },
      script: [{ alice: { invite: '$who', as: 'first' } }, { carol: { on: 'first', do: 'reject $code It costs $$5' } }],
      expect: { first: [{ observed: '$code', reached: ['$who'], shown: '$who ($code)' }] },
    });
    expect(one?.servers[0]?.domain).toBe('carol.example');
    expect(one?.steps[0]).toMatchObject({ target: { kind: 'participant', name: 'carol' }, title: 'alice → carol' });
    expect(one?.steps[1]).toMatchObject({ verb: 'react', reaction: { kind: 'reject', status: 603, phrase: 'It costs $5' } });
    expect(one?.expectations).toEqual([
      { label: 'first', observed: [603], loss: null, reached: ['carol'], shown: 'carol (603)', cancel: null },
    ]);
  });
});

describe('servers and profiles', () => {
  const profiles = {
    plain: {},
    two: {
      servers: {
        lcs: { hosts: [{ address: 'edge', throttleAsServer: true, treatAsAuthenticated: true }], routes: [{ number: '+1*', to: 'edge' }] },
        edge: {
          domain: 'edge.example',
          listeners: { users: null, trunk: { treatAllConnectionsAsTrusted: true } },
          routes: [
            { number: '+1*', to: 'gateway', from: 'trunk' },
            { domain: 'lab.example', to: 'lcs' },
          ],
        },
      },
      participants: { gateway: { at: 'edge/trunk' } },
    },
  };
  const participants = {
    ...BASE.participants,
    gateway: { role: 'gateway' as const, at: 'lcs', numbers: { '+1*': 'answer', '+155*': 'ignore', '+15550100': 'busy' } as const },
  };
  const [plain, two] = casesOf({ profiles, participants, matrix: { trust: ['plain', 'two'] } });

  test('a server without listeners has one, with no trust', () => {
    const none = { treatAllConnectionsAsTrusted: false, treatAllConnectionsAsServer: false, refuseClients: false };
    expect(plain?.servers).toEqual([
      { name: 'lcs', domain: 'lab.example', quirks: [], address: null, listeners: [{ name: 'default', ...none }], hosts: [], routes: [] },
    ]);
  });

  test('a profile overrides settings, adds servers and places participants', () => {
    expect(two?.servers.map(({ name }) => name)).toEqual(['lcs', 'edge']);
    expect(two?.servers[0]?.hosts).toEqual([
      {
        address: { kind: 'name', name: 'edge', prefixLength: null },
        port: null,
        outboundOnly: false,
        throttleAsServer: true,
        treatAsAuthenticated: true,
      },
    ]);
    expect(two?.servers[0]?.routes).toEqual([{ kind: 'number', pattern: '+1*', nextHop: 'edge', nextHopRole: 'server', from: 'default' }]);
    expect(two?.servers[1]?.listeners.map(({ name, treatAllConnectionsAsTrusted }) => [name, treatAllConnectionsAsTrusted])).toEqual([
      ['users', false],
      ['trunk', true],
    ]);
    expect(two?.servers[1]?.routes).toEqual([
      { kind: 'number', pattern: '+1*', nextHop: 'gateway', nextHopRole: 'gateway', from: 'trunk' },
      { kind: 'domain', pattern: 'lab.example', nextHop: 'lcs', nextHopRole: 'server', from: 'users' },
    ]);
    expect(two?.participants.find(({ name }) => name === 'gateway')?.entrance).toEqual({ server: 'edge', listener: 'trunk' });
    expect(plain?.participants.find(({ name }) => name === 'gateway')?.entrance).toEqual({ server: 'lcs', listener: 'default' });
  });

  test('a key of the profile takes the place of the scenario’s, the others stay', () => {
    const servers = { lcs: { domain: 'lab.example', quirks: ['lcs2003' as const], hosts: [{ address: '192.0.2.1' }] } };
    const overriding = { other: { servers: { lcs: { hosts: [{ address: '192.0.2.2', port: 5070 }] } } } };
    const [lcs] = onlyCase({ servers, profiles: overriding, matrix: { trust: ['other'] } }).servers;
    expect(lcs?.hosts.map(({ address, port }) => ({ address, port }))).toEqual([
      { address: { kind: 'literal', text: '192.0.2.2' }, port: 5070 },
    ]);
    expect(lcs?.quirks).toEqual(['lcs2003']);
  });

  test('numbers are in the order in which they count', () => {
    const gateway = plain?.participants.find(({ name }) => name === 'gateway');
    expect(gateway?.numbers.map(({ pattern }) => pattern)).toEqual(['+15550100', '+155*', '+1*']);
    expect(gateway?.numbers[0]?.reaction).toEqual({ kind: 'reject', status: 486, phrase: null });
  });

  test('an action may go straight to where the gateway is connected', () => {
    const script = [{ alice: { invite: '+15550199', at: 'gateway', as: 'first' } }];
    const [, straight] = casesOf({ profiles, participants, script, matrix: { trust: ['plain', 'two'] } });
    expect(straight?.steps[0]).toMatchObject({
      title: 'alice → +15550199, straight to gateway',
      at: { server: 'edge', listener: 'trunk' },
    });
  });
});

describe('participants', () => {
  test('clients have a home with an account, strangers neither', () => {
    const participants = {
      alice: { home: 'lcs' },
      bob: { home: 'lcs', account: false },
      mallory: { at: 'lcs', persona: 'plain' as const },
    };
    const built = onlyCase({ participants }).participants.map(({ name, account, persona, role }) => ({ name, account, persona, role }));
    expect(built).toEqual([
      { name: 'alice', account: true, persona: 'messenger', role: 'client' },
      { name: 'bob', account: false, persona: 'messenger', role: 'client' },
      { name: 'mallory', account: false, persona: 'plain', role: 'client' },
    ]);
  });
});

describe('the script', () => {
  test('has all verbs, conditions and times', () => {
    const { steps } = onlyCase({
      script: [
        { alice: { invite: 'bob', action: 'camera', as: 'first', wait: '2s' } },
        { bob: { on: 'first', do: 'ringing' } },
        { bob: { on: 'first', do: 'engaged', after: ['first is ringing', 'second is pending'] } },
        { carol: { invite: 'sip:bob@lab.example', as: 'second', after: 'first is engaged' } },
        { carol: { cancel: 'second', wait: '64T1' } },
        { carol: { message: 'bob', text: 'Call me.', as: 'note' } },
        { bob: { hangUp: 'first', after: 'first is answered' } },
      ],
    });
    expect(steps).toMatchObject([
      { verb: 'invite', participant: 'alice', action: 'camera', label: 'first', wait: { amount: 2000, unit: 'ms' }, after: [] },
      { verb: 'react', participant: 'bob', label: 'first', reaction: { kind: 'ring' } },
      {
        verb: 'react',
        reaction: { kind: 'answer' },
        after: [
          { label: 'first', state: 'ringing' },
          { label: 'second', state: 'pending' },
        ],
      },
      {
        verb: 'invite',
        action: 'voice',
        target: { kind: 'uri', uri: 'sip:bob@lab.example' },
        after: [{ label: 'first', state: 'answered' }],
      },
      { verb: 'cancel', label: 'second', wait: { amount: 64, unit: 'T1' } },
      { verb: 'message', label: 'note', title: 'carol → bob', text: 'Call me.' },
      { verb: 'hangUp', label: 'first' },
    ]);
  });

  test('gives attempts of one name different titles, and takes a title of one’s own', () => {
    const { steps } = onlyCase({
      script: [
        { alice: { invite: 'bob', as: 'first' } },
        { alice: { invite: 'bob', as: 'again' } },
        { carol: { invite: 'bob', title: 'a third' } },
      ],
    });
    expect(steps.map((step) => ('title' in step ? step.title : null))).toEqual(['alice → bob', 'alice → bob (again)', 'a third']);
  });
});

describe('links', () => {
  test('join two hosts, whose names may hold the sign between them', () => {
    const { links } = onlyCase({
      participants: { ...BASE.participants, 'bob-2': { home: 'lcs' } },
      links: {
        'lcs-bob': { loss: '5%', duplicate: '0.5%', reorder: '2%', delay: '20ms' },
        'lcs-bob-2': { reorder: '100%', reorderBy: '0.1s' },
      },
    });
    expect(links).toEqual([
      { between: ['lcs', 'bob'], quality: { delayMs: 20, loss: 0.05, duplicate: 0.005, reorder: 0.02, reorderMs: 20 } },
      { between: ['lcs', 'bob-2'], quality: { delayMs: 0, loss: 0, duplicate: 0, reorder: 1, reorderMs: 100 } },
    ]);
    expect(onlyCase({}).links).toEqual([]);
  });

  test('may vary with an axis', () => {
    const cases = casesOf({ matrix: { loss: ['0%', '20%'] }, links: { 'lcs-bob': { loss: '$loss' } } });
    expect(cases.map(({ links }) => links[0]?.quality.loss)).toEqual([0, 0.2]);
  });
});

describe('expectations', () => {
  test('tell what is not asserted from what must not be', () => {
    const rows = [{ observed: 'pending' as const, loss: { kind: 'lost-on-wire' as const }, shown: null, reached: [] }];
    expect(onlyCase({ expect: { first: rows } }).expectations).toEqual([
      { label: 'first', observed: ['pending'], loss: { kind: 'lost-on-wire', hop: null }, shown: null, reached: [], cancel: null },
    ]);
    expect(onlyCase({}).expectations).toEqual([
      { label: 'first', observed: [486], loss: null, shown: undefined, reached: null, cancel: null },
    ]);
  });
});

describe('a module', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'busyhere-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('gives the cases of the scenario that it exports, profiles file and all', () => {
    const name = 'two.scenario.cjs';
    writeFileSync(join(folder, 'profiles.yaml'), 'open: {}\nshut: {}\n');
    writeFileSync(
      join(folder, name),
      `module.exports = ${JSON.stringify({ ...BASE, profiles: './profiles.yaml', matrix: { trust: ['open', 'shut'] } })};`,
    );
    const [scenario] = loadScenarios([name], folder);
    expect(scenario?.cases.map(({ id }) => id)).toEqual(['two[trust=open]', 'two[trust=shut]']);
    expect(scenario?.file).toBe(name);
  });
});

describe('the suite that comes with the package', () => {
  const root = join(__dirname, '..', '..', '..');

  test('reads without a mistake, ids are unique and begin with the folder', () => {
    const ids = loadScenarios(['scenarios'], root).flatMap(({ cases }) => cases.map(({ id }) => id));
    expect(ids.length).toBeGreaterThanOrEqual(6);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toContain('kb834477/second-invitation[trust=shared-listener,action=voice,bob=ringing]');
  });

  test('gateway-host and host-mask-too-wide differ in nothing but the mask', () => {
    const cases = loadScenarios(['scenarios/kb834477/second-invitation.yaml'], root).flatMap((scenario) => scenario.cases);
    const serversOf = (trust: string) => cases.find((one) => one.trust === trust)?.servers;
    const narrow = JSON.stringify(serversOf('gateway-host'));
    expect(narrow).toContain('"prefixLength":32');
    expect(narrow.replace('"prefixLength":32', '"prefixLength":24')).toBe(JSON.stringify(serversOf('host-mask-too-wide')));
  });

  test('has ids of its own wherever it is run from', () => {
    const [here] = loadScenarios(['scenarios/kb834477/second-invitation.yaml'], root);
    const [there] = loadScenarios(['kb834477/second-invitation.yaml'], join(root, 'scenarios'));
    expect(there?.id).toBe('kb834477/second-invitation');
    expect(here?.id).toBe(there?.id);
  });
});
