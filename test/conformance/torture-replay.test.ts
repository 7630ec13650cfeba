import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeUtf8 } from '../../harness/sip/octets.js';
import { Arena, answerAll, type LiveElement, type NetworkKind, NOTHING_LEFT, statusOf } from './live-elements.js';
import { retarget } from './retarget.js';
import type { Arrival, SocketPeer } from './socket-peer.js';
import { REPLAY_DIFFERENCES } from './torture-differences.js';

interface Entry {
  readonly file: string;
  readonly section: string;
  readonly title: string;
  readonly kind: 'request' | 'response';
  readonly outcomes: readonly string[];
  readonly facts: { readonly requestUriHost?: string; readonly requestUri?: string };
}

const FIXTURES = join(__dirname, '..', 'fixtures', 'torture');
const TERMINATED = { file: 'baddn.terminated.dat', title: 'Unquoted Display Name, with its empty line' };

/** The messages of both RFCs with the folders that they lie in. */
const MESSAGES = ['rfc4475', 'rfc5118'].flatMap((folder) => {
  const entries: Entry[] = JSON.parse(readFileSync(join(FIXTURES, folder, 'manifest.json'), 'utf8'));
  const all = entries.flatMap((entry) => (entry.file === 'baddn.dat' ? [entry, { ...entry, ...TERMINATED }] : [entry]));
  return all.map((entry) => ({ folder, entry, datagram: readFileSync(join(FIXTURES, folder, entry.file)) }));
});

/** Our proxy's own domain; requests for all others are routed to the sink. */
const OWN = 'example.com';
const OTHER_DOMAINS = ['example.net', 'example.org', 'company.com', 'chair-dnrc.example.com', 'registrar.example.com', 'host.example.net'];
const OTHER_ADDRESSES = ['[2001:db8::10]', '[2001:db8::10:5070]', '[2001:db8::192.0.2.1]', '[2001:db8:::192.0.2.1]'];
const USERS = ['user', 'j.user', 'j_user', 'watson', 'null-\0-null', 'probe'];

/**
 * Answers that find fault with the message itself, its form, its version or what it demands of whoever reads it. All others
 * show that it was understood: 401 and 407 ask who sends it, 404 and 480 speak of the callee, 405 and 481 of what it wants
 * (an endpoint is no registrar and knows no such dialog), 486 is what the endpoints of this test say to every call.
 */
const FAULT_OF_THE_MESSAGE = [400, 406, 413, 414, 415, 416, 420, 421, 423, 482, 483, 484, 488, 493, 500, 501, 505, 513, 606];

/** The outcome in the words of the manifests. A response that is no answer to anything of ours is dropped; to read it is to process it. */
function outcomeOf(entry: Entry, answers: readonly Arrival[]): string {
  const finals = answers.map(({ message }) => statusOf(message)).filter((status) => status !== undefined && status >= 200);
  if (answers.length === 0) return 'drop';
  if (finals.length !== 1 || entry.kind === 'response') return `${answers.length} answers: ${finals.join(' ')}`;
  const [status = 0] = finals;
  return FAULT_OF_THE_MESSAGE.includes(status) ? String(status) : 'process';
}

/** Of a response nothing comes back, whether it is processed or dropped; `torture-responses.test.ts` tells the two apart. */
function allowed(entry: Entry, element: string): readonly string[] {
  const difference = REPLAY_DIFFERENCES[element]?.[entry.file];
  if (difference) return [difference.does];
  return entry.kind === 'response' ? ['drop'] : entry.outcomes;
}

/** Call-IDs that two messages of the corpus share; an element may take the second for a copy of the first that came another way. */
const SHARED_CALL_IDS = MESSAGES.map(({ datagram }) => callIdOf(datagram)).filter((id, index, all) => all.indexOf(id) < index);

function distinguish(datagram: Buffer, suffix: string): Buffer {
  const id = callIdOf(datagram);
  return SHARED_CALL_IDS.includes(id) ? Buffer.from(datagram.toString('latin1').replace(id, `${id}${suffix}`), 'latin1') : datagram;
}

interface Stage {
  readonly arena: Arena;
  readonly element: LiveElement;
  readonly sink: SocketPeer;
}

async function stage(kind: NetworkKind, what: 'endpoint' | 'proxy'): Promise<Stage> {
  const arena = Arena.open(kind);
  const sink = await arena.peer();
  answerAll(sink);
  if (what === 'endpoint') return { arena, element: await arena.endpoint(), sink };
  const route = { kind: 'domain' as const, nextHop: sink.address, listener: 'default', role: 'server' as const };
  const element = await arena.proxy({
    domain: OWN,
    accounts: USERS.map((user) => ({ user, password: 'secret' })),
    routes: [...OTHER_DOMAINS, ...OTHER_ADDRESSES, 'probe.example'].map((pattern) => ({ ...route, pattern })),
  });
  for (const user of ['user', 'j.user', 'j_user']) await arena.register(element, sink, `sip:${user}@${OWN}`);
  return { arena, element, sink };
}

/** Differences that were seen, so that the list holds no others. */
const seen = new Set<string>();

describe.each([
  ['endpoint', 'memory'],
  ['endpoint', 'udp'],
  ['proxy', 'memory'],
  ['proxy', 'udp'],
] as const)('%s over %s', (what, kind) => {
  let scene: Stage;
  beforeAll(async () => {
    scene = await stage(kind, what);
  });
  afterAll(async () => {
    scene.arena.quiesce();
    if (kind === 'memory') expect([scene.element.openTransactions, scene.element.openContexts]).toEqual([0, 0]);
    expect(await scene.arena.close()).toEqual(NOTHING_LEFT);
  });

  test.each(MESSAGES.map((one) => [one.entry.section, one.entry.title, one] as const))('%s %s', async (_section, _title, message) => {
    const { arena, element, sink } = scene;
    const { entry, datagram } = message;
    const peer = await arena.peer();
    answerAll(peer); // a registration of the book may have made it a contact
    const forwarded = sink.arrivals.length;
    const unique = `.${entry.file}`;
    const bytes = distinguish(retarget(datagram, peer.address, unique), unique);
    const arrivals = await arena.replay(element, peer, bytes, { answered: entry.kind === 'request' });
    const answers = withoutRepetitions(arrivals.filter((arrival) => arrival.message?.kind !== 'request'));
    const outcome = outcomeOf(entry, answers);
    expect({ outcome, answers: text(answers) }).toEqual({ outcome: oneOf(allowed(entry, what), outcome), answers: text(answers) });
    if (entry.kind === 'request' && !entry.outcomes.includes(outcome)) seen.add(`${what} ${entry.file}`);
    if (outcome !== 'process') expect(text(sink.arrivals.slice(forwarded))).not.toContain(callIdOf(datagram));
  });
});

/** A final response to an INVITE that nobody acknowledges is repeated. */
function withoutRepetitions(arrivals: readonly Arrival[]): Arrival[] {
  return arrivals.filter(({ datagram }, index) => arrivals.findIndex((other) => other.datagram.equals(datagram)) === index);
}

/** Makes a failure say what would have been right. */
function oneOf(possible: readonly string[], actual: string): string {
  return possible.includes(actual) ? actual : possible.join(' or ');
}

function text(arrivals: readonly Arrival[]): string {
  return arrivals.map(({ datagram }) => decodeUtf8(datagram.toString('latin1'))).join('\n---\n');
}

function callIdOf(datagram: Buffer): string {
  return /\r\n(?:call-id|i)\s*:\s*(\S+)/i.exec(datagram.toString('latin1'))?.[1] ?? 'no Call-ID';
}

test('every expected difference is one, and says why', () => {
  const listed = Object.entries(REPLAY_DIFFERENCES).flatMap(([element, files]) => Object.keys(files).map((file) => `${element} ${file}`));
  expect([...seen].sort()).toEqual(listed.sort());
  for (const files of Object.values(REPLAY_DIFFERENCES)) {
    for (const { reason } of Object.values(files)) expect(reason).not.toBe('');
  }
});
