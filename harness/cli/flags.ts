import { ENDPOINT_KINDS } from '../endpoint/endpoint-kind.js';
import * as values from './flag-values.js';

/** One flag: the parser, the help, the configuration file and the documentation all read this. */
export interface Flag {
  /** Without the dashes: `grep-invert`. */
  readonly name: string;
  readonly short?: string;
  /** What stands behind it, for people: `NAME`. Without it the flag is a switch. */
  readonly value?: string;
  /** The value may be left out, and is this then. */
  readonly bare?: string;
  readonly description: string;
  /** What holds without the flag, for people. */
  readonly standard?: string;
  readonly repeatable?: boolean;
  /** Reads the text behind the flag. Throws BusyhereError `usage`. */
  read?(text: string): unknown;
  /** Nobody is shown its value. */
  readonly secret?: boolean;
  /** Known to the contract and to come: refused with a sentence, and not in the help. */
  readonly planned?: boolean;
}

/** Which cases are chosen: `run` and `list`. */
export const SELECTION_FLAGS: readonly Flag[] = [
  { name: 'grep', short: 'g', value: 'REGEXP', repeatable: true, description: 'only cases whose id matches', read: values.pattern('grep') },
  {
    name: 'grep-invert',
    short: 'G',
    value: 'REGEXP',
    repeatable: true,
    description: 'only cases whose id does not match',
    read: values.pattern('grep-invert'),
  },
  { name: 'trust', value: 'NAME', repeatable: true, description: 'only cases with this trust profile', read: values.names },
  { name: 'shard', value: 'N/M', description: 'only part N of M, from 1 on', read: values.shard('shard') },
];

/** Which proxy is under test: `run` and `doctor`. */
export const SUT_FLAGS: readonly Flag[] = [
  {
    name: 'sut',
    value: 'builtin|drachtio|external',
    standard: 'builtin',
    description:
      'the proxy under test: our own, the same as a B2BUA on drachtio-srf, or one that runs already, with our endpoints as its users',
    read: values.oneOf('sut', ['builtin', 'drachtio', 'external'], ['kamailio']),
  },
  {
    name: 'sut-address',
    value: 'URI',
    description: 'with --sut external, where the proxy listens: sip:192.0.2.1:5060',
    read: values.sipAddress('sut-address'),
  },
  {
    name: 'sut-config',
    value: 'FILE',
    description: 'with --sut external, a YAML file: its accounts, domain, trust profile, addresses (see docs/external-sut.md)',
    read: values.path('sut-config'),
  },
  {
    name: 'sut-domain',
    value: 'NAME',
    standard: 'the one in the scenario',
    description: 'with --sut external, the domain that the proxy serves',
    read: values.someText('sut-domain'),
  },
  {
    name: 'sut-password-from',
    value: 'VARIABLE',
    description: 'with --sut external, the environment variable with the password of all accounts, which are named like the participants',
    read: values.someText('sut-password-from'),
  },
  {
    name: 'drachtio-address',
    value: 'HOST:PORT',
    standard: 'a server of our own for each',
    description: 'with --sut drachtio, the control port of a drachtio-server that runs already (see docs/drachtio.md)',
    read: values.hostAndPort('drachtio-address'),
  },
  {
    name: 'drachtio-secret',
    value: 'SECRET',
    secret: true,
    standard: '$DRACHTIO_SECRET, or cymru',
    description: 'its secret; the environment variable keeps it out of the list of processes',
    read: values.someText('drachtio-secret'),
  },
];

/** Whose SIP stands behind the participants. */
const ENDPOINT_FLAG: Flag = {
  name: 'endpoint',
  value: `[PARTICIPANT=]${ENDPOINT_KINDS.join('|')}`,
  standard: 'what the scenario says, else own',
  repeatable: true,
  description: 'whose SIP stands behind the participants, all or one: our own, or other people’s (see docs/endpoints.md)',
  read: values.endpoint('endpoint'),
};

/** How the network of a case is made: `run`; and what the doctor looks at. */
export const ENGINE_FLAG: Flag = {
  name: 'engine',
  value: 'udp|memory|docker',
  standard: 'udp',
  description: 'real sockets on loopback, a simulated network in virtual time, or a container for every host (see docs/docker.md)',
  read: values.oneOf('engine', ['udp', 'memory', 'docker']),
};

export const RUN_FLAGS: readonly Flag[] = [
  ...SELECTION_FLAGS,
  { name: 'list', description: 'show the cases and run none; with the chosen endpoints, how many would be skipped, and why' },
  ENGINE_FLAG,
  ...SUT_FLAGS,
  ENDPOINT_FLAG,
  {
    name: 'timers',
    value: 'fast|rfc3261',
    standard: 'fast; rfc3261 with --engine memory',
    description: 'the SIP timers: T1 of 10 ms, or those of the RFC',
    read: values.oneOf('timers', ['fast', 'rfc3261']),
  },
  {
    name: 'horizon',
    value: 'TIME',
    standard: '64T1',
    description: 'how long after its last branch ended an attempt without a final is called pending: 500ms, 2s, 64T1',
    read: values.duration('horizon'),
  },
  {
    name: 'seed',
    value: 'N',
    standard: 'drawn',
    description: 'the seed of all that is random',
    read: values.integer('seed', 0, 0xffff_ffff),
  },
  {
    name: 'workers',
    short: 'j',
    value: 'N',
    standard: '64',
    description: 'cases at once; most of them only wait',
    read: values.integer('workers', 1, 1000),
  },
  {
    name: 'bail',
    value: 'N',
    bare: '1',
    description: 'stop after N failures; 1 without a number',
    read: values.integer('bail', 1, 1_000_000),
  },
  {
    name: 'reporter',
    value: 'LIST',
    standard: 'list',
    repeatable: true,
    description: 'list, json[=FILE], junit[=FILE], github; several with commas; json and junit without a file go to standard output',
    read: values.reporters('reporter'),
  },
  { name: 'ladder', description: 'draw every judged attempt as a ladder' },
  {
    name: 'output',
    value: 'DIR',
    description: 'folder for artefacts: ladders of what was not as expected, of all with --ladder, and the files of its programs',
    read: values.path('output'),
  },
  {
    name: 'pcap',
    value: 'off|on|retain-on-failure',
    standard: 'off',
    description:
      'a capture (pcapng) of every case, or of each that is not as expected, in the folder of --output or busyhere-output; one interface a host, so a datagram stands in it where it was sent and where it arrived',
    read: values.oneOf('pcap', ['off', 'on', 'retain-on-failure']),
  },
  { name: 'sut-image', value: 'NAME', planned: true, description: 'image of the proxy under test' },
];

/** The flag's name as a key of a configuration file and of parsed options: `grepInvert`. */
export function keyOf({ name }: Pick<Flag, 'name'>): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
