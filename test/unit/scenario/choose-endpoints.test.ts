import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Case } from '../../../harness/scenario/case';
import { castFor, chooseEndpoints, type EndpointChoices } from '../../../harness/scenario/choose-endpoints';
import type { RunNeeds } from '../../../harness/scenario/endpoint-needs';
import { loadScenario } from '../../../harness/scenario/load';
import { sutAt } from '../lab/external-sut';

const UDP: RunNeeds = { engine: 'udp', external: false };
const PLAIN = '{ home: lcs }';

/** A scenario whose bob is written as said, and does something about carol's call. */
function scenario({ bob = PLAIN, carol = PLAIN, reaction = 'ring', action = 'voice', links = '' } = {}): string {
  return `
name: carol calls bob
servers: { lcs: { domain: lab.example } }
participants:
  bob: ${bob}
  carol: ${carol}
${links}
script:
  - carol: { invite: bob, as: call, action: ${action} }
  - bob: { on: call, do: ${reaction} }
expect:
  call: [{ observed: [486, 200, ringing] }]
`;
}

describe('the choice of endpoints', () => {
  let folder: string;
  let path: string | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'busyhere-test-'));
    path = process.env.PATH;
    for (const name of ['sipp', 'baresip']) writeFileSync(join(folder, name), '', { mode: 0o755 });
    process.env.PATH = folder;
  });
  afterEach(() => {
    process.env.PATH = path;
    rmSync(folder, { recursive: true });
  });

  const cases = (text: string): readonly Case[] => loadScenario(text, 'calls', folder).cases;
  const chosen = (text: string, choices: EndpointChoices = {}, run = UDP): Case => chooseEndpoints(cases(text), choices, run)[0] as Case;
  const kinds = ({ participants }: Case): (string | undefined)[] => participants.map(({ endpoint }) => endpoint?.kind);

  it('leaves the scenario’s own where nobody says otherwise', () => {
    expect(kinds(chosen(scenario()))).toEqual([undefined, undefined]);
    expect(kinds(chosen(scenario({ bob: '{ home: lcs, endpoint: sipjs-udp }' })))).toEqual(['sipjs-udp', undefined]);
  });

  it('takes what is said for one before what is said for all, and both before the scenario', () => {
    const text = scenario({ bob: '{ home: lcs, endpoint: sipjs-udp }', carol: '{ home: lcs, endpoint: sipjs-udp }' });
    expect(kinds(chosen(text, { everybody: 'own', participants: { bob: 'sipp' } }))).toEqual(['sipp', 'own']);
  });

  it('knows the participants', () => {
    expect(() => chosen(scenario(), { participants: { bbo: 'own' } })).toThrow(/no case has a participant "bbo"; did you mean "bob"/);
  });

  it('tells an endpoint beforehand what it will have to answer', () => {
    const { participants } = chosen(scenario({ reaction: 'reject 480' }), { everybody: 'sipp' });
    expect(participants.map(({ endpoint }) => endpoint?.statuses)).toEqual([[480], []]);
  });

  const lacks: [what: string, text: string, kind: 'sipjs-udp' | 'sipp' | 'baresip', because: RegExp][] = [
    [
      'an empty phrase',
      scenario({ reaction: '\'reject 486 ""\'' }),
      'sipjs-udp',
      /bob is sipjs-udp, which never sends a response with an empty phrase/,
    ],
    ['a bad link', scenario({ links: 'links: { lcs-bob: { loss: 5% } }' }), 'sipp', /bob is sipp, which never sends over links that lose/],
    [
      'a code of its own',
      scenario({ reaction: 'reject 480' }),
      'baresip',
      /bob is baresip, which never rejects with another code than 486/,
    ],
    [
      'ringing later',
      scenario({ reaction: 'ring, wait: 1s' }),
      'baresip',
      /bob is baresip, which never leaves an invitation without an answer; it leaves call alone before it rings/,
    ],
    [
      'another action',
      scenario({ action: 'whiteboard', reaction: 'busy' }),
      'baresip',
      /carol is baresip, which never invites to something other/,
    ],
    [
      'one of two calls answered',
      scenario({ bob: '{ home: lcs, persona: plain }', reaction: 'answer' }).replace(
        'expect:',
        '  - carol: { invite: bob, as: other, after: call is answered }\n  - bob: { on: other, do: busy }\nexpect:',
      ),
      'baresip',
      /bob is baresip, which never answers one of several calls; it answers call, and has another call to see to/,
    ],
  ];

  it.each(lacks)('skips a case that asks for %s where the endpoint was chosen for all', (_, text, everybody, because) => {
    const { skip } = chosen(text, { everybody });
    expect(skip).toMatch(because);
  });

  it.each(lacks)('refuses to begin where the only case asks for %s and the endpoint was chosen for one', (_, text, kind, because) => {
    const choose = (): Case => chosen(text, { participants: { bob: kind, carol: kind } });
    expect(choose).toThrow(because);
    expect(choose).toThrow(expect.objectContaining({ code: 'configuration' }));
  });

  it('skips what an endpoint chosen for one cannot play, where it can play another', () => {
    const both = [...cases(scenario({ reaction: 'reject 480' })), ...cases(scenario({ reaction: 'busy' }))];
    const [cannot, can] = chooseEndpoints(both, { participants: { bob: 'baresip' } }, UDP);
    expect(cannot?.skip).toMatch(/bob is baresip, which never rejects with another code/);
    expect(can?.skip).toBeUndefined();
  });

  it('refuses a case whose scenario asks of an endpoint what it cannot do', () => {
    expect(() => chosen(scenario({ bob: '{ home: lcs, endpoint: baresip }', reaction: 'reject 480' }))).toThrow(
      /bob is baresip, which never/,
    );
  });

  it.each([
    ['sipjs-udp', 'memory'],
    ['sipp', 'memory'],
    ['baresip', 'memory'],
    ['sipp', 'docker'],
    ['baresip', 'docker'],
  ] as const)('refuses %s on the engine %s, however it was chosen', (kind, engine) => {
    const choose = (): Case => chosen(scenario(), { everybody: kind }, { engine, external: false });
    expect(choose).toThrow(expect.objectContaining({ code: 'configuration', message: expect.stringMatching(/which never plays (on|in)/) }));
  });

  it('takes the library in containers, whose processes hold it', () => {
    expect(chosen(scenario(), { everybody: 'sipjs-udp' }, { engine: 'docker', external: false }).skip).toBeUndefined();
  });

  it('refuses children beside a proxy whose sockets nobody here records, and takes what is in this process', () => {
    const run = { engine: 'udp', external: true };
    expect(() => chosen(scenario(), { everybody: 'sipp' }, run)).toThrow(/never has its datagrams recorded at its own socket/);
    expect(chosen(scenario(), { everybody: 'sipjs-udp' }, run).skip).toBeUndefined();
  });

  it('knows from the options of a run what the run asks of endpoints', () => {
    const external = sutAt({ address: '192.0.2.1', port: 5060 });
    expect(() => castFor(cases(scenario()), { engine: 'udp', external, endpoints: { everybody: 'sipp' } })).toThrow(
      /recorded at its own socket/,
    );
    expect(() => castFor(cases(scenario()), { engine: 'memory', endpoints: { everybody: 'sipp' } })).toThrow(/the engine is memory/);
    expect(castFor(cases(scenario()), { engine: 'udp' })).toEqual(cases(scenario()));
  });

  it('skips what the scenario asks for and the machine does not have, and says how to get it', () => {
    rmSync(join(folder, 'sipp'));
    const { skip } = chosen(scenario({ bob: '{ home: lcs, endpoint: sipp }' }));
    expect(skip).toBe('bob is sipp, and this machine has no sipp; Debian and Ubuntu: apt-get install sip-tester');
  });

  it('skips what was chosen for all and the machine does not have', () => {
    rmSync(join(folder, 'sipp'));
    for (const choices of [{ everybody: 'sipp' }, { everybody: 'sipp', participants: { carol: 'own' } }] as const) {
      expect(chosen(scenario(), choices).skip).toBe(
        'bob is sipp, and this machine has no sipp; Debian and Ubuntu: apt-get install sip-tester',
      );
    }
  });

  it('refuses to begin where what was chosen for one is not there', () => {
    rmSync(join(folder, 'sipp'));
    for (const choices of [{ participants: { bob: 'sipp' } }, { everybody: 'sipp', participants: { bob: 'sipp' } }] as const) {
      expect(() => chosen(scenario(), choices)).toThrow(
        expect.objectContaining({ code: 'environment', hint: expect.stringContaining('sip-tester') }),
      );
    }
  });

  it('skips all cases where what all have can play none, whatever was chosen for one besides', () => {
    const text = scenario({ action: 'whiteboard', reaction: 'busy' });
    for (const participants of [{}, { bob: 'own' }] as const)
      expect(chosen(text, { everybody: 'baresip', participants }).skip).toMatch(
        /^carol is baresip, which never invites to something other/,
      );
  });

  it('gives no orders to a scenario of the user’s', () => {
    writeFileSync(join(folder, 'uas.xml'), '');
    const bob = '{ home: lcs, endpoint: sipp, file: uas.xml }';
    expect(() => chosen(scenario({ bob }))).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/bob does what .*uas\.xml says, and takes no orders of the script: it is told to react/),
        hint: expect.stringMatching(/^leave that step out, or the file/),
      }),
    );
  });

  it('wants the files of a scenario to be there, and to go with sipp', () => {
    const mistakes = (bob: string): string => {
      try {
        cases(scenario({ bob }));
      } catch (error) {
        return (error as Error).message;
      }
      return '';
    };
    expect(mistakes('{ home: lcs, endpoint: sipp, file: none.xml }')).toMatch(/calls:5:\d+: there is no file none\.xml/);
    expect(mistakes('{ home: lcs, file: none.xml }')).toMatch(/a file goes with `endpoint: sipp`/);
    expect(mistakes('{ home: lcs, endpoint: sipp, inject: data.csv }')).toMatch(/data are injected into a scenario of sipp/);
    expect(mistakes('{ home: lcs, endpoint: spip }')).toMatch(/expected own, sipjs-udp, sipp or baresip/);
  });
});
