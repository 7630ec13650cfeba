import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { checkWritten } from './check-written';
import { type ModuleKind, type Project, Workshop } from './workshop';

const ROOT = join(__dirname, '..', '..');
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

jest.setTimeout(120_000); // programs are started, on machines that are busy with other tests

const KINDS: readonly ModuleKind[] = ['module', 'commonjs'];

const ENTRIES = {
  main: 'busyhere',
  drachtio: 'busyhere/drachtio',
  jestEntry: 'busyhere/jest',
  schema: 'busyhere/schema.json',
  resultSchema: 'busyhere/result-schema.json',
  diagnosisSchema: 'busyhere/diagnosis-schema.json',
};

const USE = `
  const [attempt] = [{ label: 'carol → bob', originator: 'carol', callee: 'bob', expected: [], observed: 'pending', finalAtCallee: 486,
    finalAtOriginator: null, reached: ['bob'], loss: null, shown: null }];
  const frame = drachtio.encodeFrame('ping');
  console.log(JSON.stringify({
    main: Object.keys(main).sort(),
    code: main.errorCode(new main.BusyhereError('usage', 'x')),
    attempts: main.diagnose([], { horizonMs: 1, timerC: 1 }),
    frame: String(frame), payloads: new drachtio.FrameDecoder().push(frame).payloads.map(String),
    pending: Object.keys(jestEntry.matchers).sort(), pass: jestEntry.matchers.toStayPending(attempt).pass,
    schemas: [schema, resultSchema, diagnosisSchema].map(({ title }) => title),
  }));
`;

const SCENARIO = `import { defineScenario } from 'busyhere';
import { name } from './name.js';

export default defineScenario({
  name,
  servers: { home: { domain: 'lab.example' } },
  participants: { bob: { home: 'home' }, carol: { home: 'home' } },
  script: [{ carol: { invite: 'bob', as: 'call' } }, { bob: { on: 'call', do: 'reject 486' } }],
  expect: { call: [{ observed: 486 }] },
});
`;

const CONSUMER = `
  import { type AttemptResult, defineScenario, diagnose, errorCode, runScenario } from 'busyhere';
  import { encodeFrame, FrameDecoder } from 'busyhere/drachtio';
  import { matchers } from 'busyhere/jest';
  expect.extend(matchers);
  const scenario = defineScenario({
    name: 'A busy callee',
    servers: { home: { domain: 'lab.example' } },
    participants: { bob: { home: 'home' }, carol: { home: 'home' } },
    script: [{ carol: { invite: 'bob', as: 'call' } }],
    expect: { call: [{ observed: 486 }] },
  });
  export async function check(): Promise<AttemptResult[]> {
    const result = await runScenario(scenario, { engine: 'memory', seed: 7 });
    const attempts = result.cases.flatMap((one) => one.attempts);
    for (const attempt of attempts) {
      expect(attempt).toReceiveFinalResponse(486);
      expect(attempt).not.toStayPending();
      expect(attempt).not.toHaveLostResponse({ kind: 'swallowed', hop: 'home' });
    }
    return attempts;
  }
  export const payloads: readonly Buffer[] = new FrameDecoder().push(encodeFrame('x')).payloads;
  export const outcomes: string[] = diagnose([], { horizonMs: 1, timerC: 1 }).map((attempt) => attempt.outcome);
  export const code: 'usage' | string | undefined = errorCode(new Error());
  // @ts-expect-error there is no such matcher
  expect(1).toBeBusyhere();
  // @ts-expect-error a scenario has a name
  defineScenario({ servers: {} });
`;

describe('the packed package', () => {
  const workshop = new Workshop();
  const projects = new Map<ModuleKind, Project>();
  let tarball = '';

  beforeAll(async () => {
    tarball = await workshop.pack();
    await Promise.all(KINDS.map(async (kind) => projects.set(kind, await workshop.install(kind, tarball))));
  }, 300_000);

  afterAll(() => workshop.remove());

  const projectOf = (kind: ModuleKind): Project => {
    const project = projects.get(kind);
    if (!project) throw new Error('the project was not made');
    return project;
  };

  it('holds what is needed to run, and nothing else', () => {
    const entries = execFileSync('tar', ['-tvzf', tarball], { encoding: 'utf8' }).trim().split('\n');
    const names = entries.map((entry) => entry.replace(/^.* package\//, ''));
    expect(names).toEqual(expect.arrayContaining(['LICENSE', 'Dockerfile', 'README.md', 'CHANGELOG.md', 'package.json']));
    expect(names).toEqual(expect.arrayContaining(['dist/schema.json', 'dist/result-schema.json', 'dist/diagnosis-schema.json']));
    expect(names).toContain('scenarios/kb834477/second-invitation.yaml');
    expect(
      names.filter((name) => !/^(dist\/|scenarios\/|LICENSE$|Dockerfile$|README\.md$|CHANGELOG\.md$|package\.json$)/.test(name)),
    ).toEqual([]);
    expect(names.filter((name) => /\.ts$/.test(name) && !/\.d\.ts$/.test(name))).toEqual([]);
    expect(entries.filter((entry) => entry.endsWith('dist/cjs/cli/main.js'))).toEqual([expect.stringMatching(/^-rwxr-xr-x /)]);
  });

  describe.each(KINDS)('in a project of type %s', (kind) => {
    const expected = {
      main: expect.arrayContaining(['defineScenario', 'diagnose', 'errorCode', 'loadScenarios', 'runScenario', 'runSuite']),
      code: 'usage',
      attempts: [],
      frame: '4#ping',
      payloads: ['ping'],
      pending: ['toHaveLostResponse', 'toReceiveFinalResponse', 'toStayPending'],
      pass: true,
      schemas: ['busyhere scenario', 'busyhere results', 'busyhere diagnosis'],
    };

    it('gives every entry to require', async () => {
      const text = Object.entries(ENTRIES).map(([entry, name]) => `const ${entry} = require('${name}');`);
      const program = projectOf(kind).write('use.cjs', text.join('\n') + USE);
      expect(JSON.parse(await projectOf(kind).node(program))).toEqual(expected);
    });

    it('gives every entry to import', async () => {
      const text = Object.entries(ENTRIES).map(([entry, name]) =>
        name.endsWith('.json') ? `import ${entry} from '${name}' with { type: 'json' };` : `import * as ${entry} from '${name}';`,
      );
      const program = projectOf(kind).write('use.mjs', text.join('\n') + USE);
      expect(JSON.parse(await projectOf(kind).node('--no-warnings', program))).toEqual(expected);
    });

    it('has types for every entry, as module and as script', async () => {
      const project = projectOf(kind);
      project.write('consumer.mts', CONSUMER);
      project.write('consumer.cts', CONSUMER);
      project.write('consumer.ts', CONSUMER);
      expect(await project.types('consumer.mts', 'consumer.cts', 'consumer.ts')).toBe('');
    });

    it('runs the example of the README to its end, with what the README says of it', async () => {
      const [, example] = /```js\n([\s\S]*?)```/.exec(readme) ?? [];
      const [, outcome] = /\/\/ (.*)\n$/.exec(example ?? '') ?? [];
      const program = projectOf(kind).write('run.mjs', example ?? '');
      expect(await projectOf(kind).node(program)).toBe(`${outcome}\n`);
    });

    it('runs a scenario in TypeScript that imports from beside it and from the package, with a configuration in TypeScript', async () => {
      const project = projectOf(kind);
      project.write('name.ts', "export const name: string = 'A busy callee';\n");
      project.write('call.scenario.ts', SCENARIO);
      const config = project.write(
        'busyhere.config.ts',
        "const engine: string = 'memory';\nexport default { engine, reporter: ['json'] };\n",
      );
      const bin = join(project.folder, 'node_modules', '.bin', 'busyhere');
      const result = JSON.parse(execFileSync(bin, ['run', 'call.scenario.ts'], { encoding: 'utf8', cwd: project.folder }));
      expect(result).toMatchObject({ engine: 'memory', summary: { cases: 1, passed: 1 } });
      expect(result.cases[0]).toMatchObject({ scenario: 'call', attempts: [{ observed: 486 }] });
      rmSync(config);
    });

    it('shows a mistake in such a scenario with its line and a caret', () => {
      const project = projectOf(kind);
      project.write('spoilt.scenario.ts', SCENARIO.replace("invite: 'bob'", "invite: 'bbo'"));
      const bin = join(project.folder, 'node_modules', '.bin', 'busyhere');
      const { status, stderr } = spawnSync(bin, ['list', 'spoilt.scenario.ts'], { encoding: 'utf8', cwd: project.folder });
      expect(status).toBe(2);
      expect(stderr).toMatch(
        /^spoilt\.scenario\.ts:8:32: "bbo" is no participant; did you mean "bob"\?\n +8 \| +script: .*\n +\| +\^\^\^\n$/,
      );
    });

    it('shows a mistake in a scenario that a program defines where it is written', async () => {
      const project = projectOf(kind);
      const call = `runScenario({\n  name: 'x',\n  srvers: {}, participants: {}, script: [], expect: {},\n}).catch((error) => console.log(error.message));\n`;
      const module = project.write('wrong.mjs', `import { runScenario } from 'busyhere';\n${call}`);
      const script = project.write('wrong.cjs', `const { runScenario } = require('busyhere');\n${call}`);
      expect(await project.node(module)).toContain('wrong.mjs:4:3: unknown key "srvers"; did you mean "servers"?\n');
      expect(await project.node(script)).toContain('wrong.cjs:4:3: unknown key "srvers"; did you mean "servers"?\n');
    });

    it('gives scenarios in TypeScript to code of the project, as module and as script', async () => {
      const project = projectOf(kind);
      project.write('name.ts', "export const name: string = 'A busy callee';\n");
      project.write('call.scenario.ts', SCENARIO);
      const use = "console.log(loadScenarios(['call.scenario.ts'], process.cwd())[0].title);\n";
      const script = project.write('load.cjs', `const { loadScenarios } = require('busyhere');\n${use}`);
      const module = project.write('load.mjs', `import { loadScenarios } from 'busyhere';\n${use}`);
      expect([await project.node(script), await project.node(module)]).toEqual(['A busy callee\n', 'A busy callee\n']);
    });

    it('has the command, which runs the bundled suite outside of any checkout', async () => {
      const bin = join(projectOf(kind).folder, 'node_modules', '.bin', 'busyhere');
      expect(execFileSync(bin, ['--version'], { encoding: 'utf8' })).toBe(`${version}\n`);
      expect(execFileSync(bin, ['list'], { encoding: 'utf8', cwd: projectOf(kind).folder })).toContain('kb834477/second-invitation[');
    });
  });

  it('writes results and diagnoses that are as its schemas say, without a key more', async () => {
    await checkWritten(projectOf('commonjs').folder);
  });

  it('is removed, with all that was made for it', () => {
    workshop.remove();
    expect(existsSync(workshop.folder)).toBe(false);
  });
});
