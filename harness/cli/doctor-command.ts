import type { ExternalSut } from '../lab/external-sut.js';
import { type ProbeAnswer, type Prober, probeOptions, probeRegister } from '../lab/probe-sut.js';
import { needsOf, type SutNeeds } from '../lab/sut-needs.js';
import { type Random, SeededRandom } from '../platform/random.js';
import { formatSocketAddress } from '../platform/socket-address.js';
import { SystemClock } from '../platform/system-clock.js';
import { UdpNetwork } from '../platform/udp-network.js';
import type { Case } from '../scenario/case.js';
import type { EngineName } from '../scenario/run-options.js';
import { decodeUtf8 } from '../sip/octets.js';
import { chooseCases } from './choose-cases.js';
import type { Invocation } from './commands.js';
import { examineDocker } from './doctor-docker.js';
import { examineDrachtio } from './doctor-drachtio.js';
import { examineMachine, type Finding } from './doctor-machine.js';
import { DoctorReport } from './doctor-report.js';
import { EXIT_CODES, type ExitCode } from './exit-code.js';
import { casesForSut, externalSut, type SutFlags } from './external-flags.js';
import type { Host } from './host.js';
import { noCase } from './list-command.js';

/** `busyhere doctor`: what this machine has or, with `--sut external` and `drachtio`, what a proxy needs and what it answers. */
export async function doctorCommand(invocation: Invocation, host: Host): Promise<ExitCode> {
  const flags = invocation.flags as SutFlags & { readonly engine?: EngineName };
  const sut = await externalSut(flags, host);
  const report = new DoctorReport(host);
  if (flags.sut === 'drachtio') return verdict(report.findings('The drachtio-server', await examineDrachtio(flags, host)));
  if (flags.engine === 'docker') return verdict(report.findings('What containers need', await examineDocker(host, 'bad')));
  if (!sut)
    return verdict(
      report.findings('This machine', [...(await examineMachine(host, process.versions.node)), ...(await examineDocker(host, 'missing'))]),
    );
  const cases = casesForSut(chooseCases(invocation, host.cwd), sut, flags);
  if (cases.length === 0) return noCase(host);
  const needs = mergeNeeds(cases, sut, host.env.BUSYHERE_SINGLE_ADDRESS === '1');
  report.needs(
    `What ${cases.length === 1 ? '1 case needs' : `${cases.length} cases need`} of the proxy at ${formatSocketAddress(sut.address)}`,
    needs,
  );
  return verdict(report.findings('What it answers', await examineProxy(sut, needs, new SeededRandom(host.drawSeed()))));
}

function verdict(allGood: boolean): ExitCode {
  return allGood ? EXIT_CODES.asExpected : EXIT_CODES.environment;
}

/** The needs of all cases together, each told once. */
function mergeNeeds(cases: readonly Case[], sut: ExternalSut, singleAddress: boolean): SutNeeds {
  const all = cases.map((one) => needsOf(sut, one, singleAddress));
  const users = new Map(all.flatMap((one) => one.users.map((user) => [`${user.name} ${user.domain}`, user] as const)));
  const distinct = (pick: (needs: SutNeeds) => readonly string[]): string[] => [...new Set(all.flatMap(pick))];
  return {
    server: distinct(({ server }) => [server]).join(', '),
    domain: distinct(({ domain }) => [domain]).join(', '),
    users: [...users.values()],
    strangers: distinct(({ strangers }) => strangers),
    routes: distinct(({ routes }) => routes),
    trust: distinct(({ trust }) => trust),
    neighbours: distinct(({ neighbours }) => neighbours),
  };
}

async function examineProxy(sut: ExternalSut, { users, domain }: SutNeeds, random: Random): Promise<Finding[]> {
  const ports = { clock: new SystemClock(), network: new UdpNetwork(), random };
  const local = { address: users[0]?.local.address ?? sut.localAddress ?? '127.0.0.1', port: 0 };
  const asker: Prober = {
    name: 'busyhere',
    local,
    proxy: sut.address,
    user: 'busyhere',
    domain: users[0]?.domain ?? domain,
    password: null,
  };
  const answers = [await probeOptions(asker, ports), ...(await Promise.all(users.map((user) => probeRegister(user, ports))))];
  return answers.map((answer) => judge(answer, users, sut));
}

/** Any answer to OPTIONS shows that somebody listens; a REGISTER has to succeed. */
function judge({ method, name, finals, status, ms, otherContacts }: ProbeAnswer, users: readonly Prober[], sut: ExternalSut): Finding {
  const what = method === 'OPTIONS' ? method : `${method} ${name}`;
  if (status === null) {
    const where = formatSocketAddress(sut.address);
    const advice = method === 'OPTIONS' ? `; is the proxy running, and does it listen on UDP at ${where}?` : '';
    return { state: 'bad', text: `${what}: no answer in ${Math.round(ms)} ms${advice}` };
  }
  const lines = `${what}: ${finals.map(decodeUtf8).join(', then ')} in ${ms.toFixed(1)} ms`;
  if (method === 'OPTIONS') return { state: 'good', text: lines };
  if (status >= 300)
    return {
      state: 'bad',
      text: `${lines}; ${adviceFor(
        status,
        users.find((user) => user.name === name),
      )}`,
    };
  if (otherContacts.length === 0) return { state: 'good', text: lines };
  return {
    state: 'bad',
    text: `${lines}; others are registered for it too, and get its calls: ${otherContacts.map(decodeUtf8).join(', ')}`,
  };
}

function adviceFor(status: number, user: Prober | undefined): string {
  if (status !== 401 && status !== 403 && status !== 407) return 'the proxy has to be the registrar of that domain';
  if (user?.password === null) return `it wants a password of ${user.user}: see accounts in the file of --sut-config`;
  return `it has another password for ${user?.user ?? 'it'}, or no such user`;
}
