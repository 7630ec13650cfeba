import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeUtf8 } from '../../harness/sip/octets.js';
import { Arena, answerAll, type LiveElement, NOTHING_LEFT, statusOf } from './live-elements.js';
import { retarget } from './retarget.js';
import type { Arrival, SocketPeer } from './socket-peer.js';

const FOLDER = join(__dirname, '..', 'fixtures', 'torture', 'rfc4475');
const USERS = ['user', 'watson', 'j.user', 'null-\0-null'];

/** What RFC 4475 says of a message beyond the status that it gets. */
describe('a proxy and registrar of example.com', () => {
  let arena: Arena;
  let sink: SocketPeer;
  let peer: SocketPeer;
  let element: LiveElement;
  beforeEach(async () => {
    arena = Arena.open('memory');
    [sink, peer] = [await arena.peer(), await arena.peer()];
    answerAll(sink);
    const route = { kind: 'domain' as const, nextHop: sink.address, listener: 'default', role: 'server' as const };
    const domains = ['probe.example', 'chair-dnrc.example.com', 'registrar.example.com'];
    element = await arena.proxy({
      accounts: USERS.map((user) => ({ user, password: 'secret' })),
      routes: domains.map((pattern) => ({ ...route, pattern })),
    });
  });
  afterEach(async () => {
    arena.quiesce();
    expect(await arena.close()).toEqual(NOTHING_LEFT);
  });

  /** The final answer, and what of it the sink got. */
  const replay = async (file: string) => {
    const datagram = retarget(readFileSync(join(FOLDER, file)), peer.address, `.${file}`);
    const answers = await arena.replay(element, peer, datagram, { answered: true });
    const forwarded = sink.arrivals.filter(({ message }) => message?.headers.get('From')?.includes('asking') === false);
    return { datagram, final: answers.find(({ message }) => (statusOf(message) ?? 0) >= 200), forwarded };
  };
  const contacts = ({ message }: Arrival): string[] => message?.headers.all('Contact') ?? [];

  test('3.1.1.1: forwards what it does not know as it came', async () => {
    const { datagram, forwarded } = await replay('wsinv.dat');
    const text = forwarded[0]?.datagram.toString('latin1') ?? '';
    expect(text).toContain('UnknownHeaderWithUnusualValue: ;;,,;;,;\r\n');
    expect(text).toContain('NewFangledHeader:   newfangled value\r\n continued newfangled value\r\n');
    expect(forwarded[0]?.message?.body).toEqual(datagram.subarray(datagram.indexOf('\r\n\r\n') + 4));
    expect(forwarded[0]?.message?.vias.map((via) => via.host)).toHaveLength(4);
  });

  test('3.1.1.5: an unknown method that looks like REGISTER is forwarded as it is', async () => {
    const { forwarded } = await replay('esc02.dat');
    expect(forwarded[0]?.datagram.toString('latin1')).toMatch(/^RE%47IST%45R sip:registrar\.example\.com SIP\/2\.0\r\n/);
  });

  test('3.1.1.4: binds two contacts that differ in escaped NULs', async () => {
    const { final } = await replay('escnull.dat');
    expect(final && contacts(final).map((value) => value.split(';')[0])).toEqual([
      '<sip:%00@host5.example.com>',
      '<sip:%00%00@host5.example.com>',
    ]);
  });

  test('3.3.12: a parameter of the contact is none of its URI', async () => {
    const { final } = await replay('cparam01.dat');
    expect(final && contacts(final)).toEqual([expect.stringMatching(/^<sip:\+19725552222@gw1\.example\.net>;/)]);
  });

  test("3.3.13: a parameter of the contact's URI stays there", async () => {
    const { final } = await replay('cparam02.dat');
    expect(final && contacts(final)).toEqual([expect.stringMatching(/^<sip:\+19725552222@gw1\.example\.net;unknownparam>/)]);
  });

  test("3.3.14: a header of the contact's URI stays there", async () => {
    const { final } = await replay('regescrt.dat');
    expect(final && contacts(final)).toEqual([expect.stringMatching(/^<sip:user@example\.com\?Route=%3Csip:sip\.example\.com%3E>/)]);
  });

  test('3.3.5: names what it does not support of what was demanded of proxies', async () => {
    const { final, forwarded } = await replay('bext01.dat');
    expect([statusOf(final?.message), final?.message?.headers.list('Unsupported').sort()]).toEqual([
      420,
      ['noProxiesSupportThis', 'norDoAnyProxiesSupportThis'],
    ]);
    expect(forwarded).toEqual([]);
  });

  test('3.3.11: sends nothing on with Max-Forwards 0', async () => {
    const { final, forwarded } = await replay('zeromf.dat');
    expect([statusOf(final?.message), forwarded]).toEqual([483, []]);
  });
});

describe('an endpoint', () => {
  test('3.3.5: names what it does not support of what was demanded of it', async () => {
    const arena = Arena.open('memory');
    const [element, peer] = [await arena.endpoint(), await arena.peer()];
    const datagram = retarget(readFileSync(join(FOLDER, 'bext01.dat')), peer.address, '.x');
    const [answer] = await arena.replay(element, peer, datagram, { answered: true });
    expect(decodeUtf8(answer?.message?.headers.list('Unsupported').join() ?? '')).toBe('nothingSupportsThis,nothingSupportsThisEither');
    await arena.close();
  });
});
