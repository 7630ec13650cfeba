import { SeededRandom } from '../../../../harness/platform/random';
import { VirtualClock } from '../../../../harness/platform/virtual-clock';
import { TrustB2bua, type TrustB2buaOptions } from '../../../../harness/proxy/drachtio/trust-b2bua';
import { digestResponse, formatCredentials, parseChallenge } from '../../../../harness/sip/digest';
import type { JournalEntry } from '../../../../harness/trust/decision';
import { ACCOUNTS, at, DOMAIN, OPEN_HOUSE } from '../world';
import { type ScriptedLeg, ScriptedRequest, type ScriptedResponse, ScriptedSrf, type Sent } from './scripted-srf';

export const GUARD_MS = 100_000;
export const RING_MS = 180_000;

/** Who sends, where to, and what besides the usual header. */
interface Sending {
  readonly from?: string;
  readonly receivedOn?: string;
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly callId?: string;
}

/** The B2BUA with a scripted library under it. */
export class Stage {
  readonly clock = new VirtualClock();
  readonly journal: JournalEntry[] = [];
  readonly srf = new ScriptedSrf();
  readonly app: TrustB2bua;

  constructor(options: Partial<TrustB2buaOptions> = {}) {
    this.app = new TrustB2bua({
      name: 'lcs',
      clock: this.clock,
      random: new SeededRandom(834477),
      domain: DOMAIN,
      trust: OPEN_HOUSE,
      peers: [],
      accounts: ACCOUNTS,
      routes: [],
      listeners: [{ name: 'default', address: at('192.0.2.200:5060') }],
      control: { host: '127.0.0.1', port: 9022, secret: 'secret' },
      guardMs: GUARD_MS,
      ringMs: RING_MS,
      journal: (entry) => this.journal.push(entry),
      connect: this.srf.connect,
      ...options,
    });
  }

  static async open(options: Partial<TrustB2buaOptions> = {}): Promise<Stage> {
    const stage = new Stage(options);
    await stage.app.start();
    return stage;
  }

  get decisions(): string[] {
    return this.journal.map(({ decision }) => decision);
  }

  send(method: string, uri: string, sending: Sending = {}): { req: ScriptedRequest; res: ScriptedResponse } {
    const { from = '192.0.2.3:5060', receivedOn, headers = [], body = '', callId = `of-${from}` } = sending;
    const [host = '', port = ''] = from.split(':');
    const usual = [
      `Via: SIP/2.0/UDP ${from};branch=z9hG4bKcaller;rport=${port}`,
      'Max-Forwards: 70',
      'From: "Carol" <sip:carol@lab.example>;tag=caller',
      `To: <${uri}>`,
      `Call-ID: ${callId}`,
      `CSeq: 1 ${method}`,
      `Contact: <sip:carol@${from}>`,
    ];
    const given = new Set(headers.map(nameOf));
    const lines = [
      `${method} ${uri} SIP/2.0`,
      ...usual.filter((line) => !given.has(nameOf(line))),
      ...headers.filter((line) => !line.endsWith(':')),
      `Content-Length: ${body.length}`,
    ];
    const req = new ScriptedRequest(`${lines.join('\r\n')}\r\n\r\n${body}`, host, Number(port), receivedOn);
    return { req, res: this.srf.deliver(req) };
  }

  /** Needs an open house. */
  register(user: string, contact: string, receivedOn?: string): Sent | undefined {
    const aor = `<sip:${user}@${DOMAIN}>`;
    const headers = [`From: ${aor};tag=r`, `To: ${aor}`, `Contact: ${contact}`];
    const from = /@([\d.]+:\d+)/.exec(contact)?.[1] ?? '192.0.2.9:5060';
    const { res } = this.send('REGISTER', `sip:${DOMAIN}`, {
      from,
      headers,
      callId: `reg-${contact.length}-${from}`,
      ...(receivedOn && { receivedOn }),
    });
    return res.sent[0];
  }

  /** carol's INVITE to bob, and the leg that it is taken on with. */
  call(sending: Sending = {}): { req: ScriptedRequest; res: ScriptedResponse; leg: ScriptedLeg } {
    const { req, res } = this.send('INVITE', `sip:bob@${DOMAIN}`, {
      body: 'v=0\r\n',
      headers: ['Content-Type: application/sdp'],
      ...sending,
    });
    return { req, res, leg: this.leg().confirm() };
  }

  leg(index = this.srf.legs.length - 1): ScriptedLeg {
    const leg = this.srf.legs[index];
    if (!leg) throw new Error(`no leg ${index}; carol was answered otherwise`);
    return leg;
  }

  /** Ends the test's stage; nothing may be left. */
  async close(): Promise<{ calls: number; timers: number; closed: number }> {
    await this.app.stop();
    return { calls: this.app.openCalls, timers: this.clock.pendingTimers, closed: this.srf.closed };
  }
}

/** Credentials for a challenge as the library was told to send it: fields of one name stand in one value, line by line. */
export function credentialsFor(sent: Sent | undefined, method: string, uri: string, user: string): string {
  const name = sent?.status === 401 ? 'WWW-Authenticate' : 'Proxy-Authenticate';
  const [first = ''] = (sent?.headers[name] ?? '').split('\r\n');
  const parsed = parseChallenge(first);
  if (!parsed.ok) throw new Error(`no challenge: ${first}`);
  const { realm, nonce, algorithm } = parsed.value;
  const input = { algorithm, username: user, realm, nonce, uri, nc: 1, cnonce: 'c0', qop: 'auth' as const };
  const response = digestResponse({ ...input, password: `${user}'s password`, method });
  return `${sent?.status === 401 ? 'Authorization' : 'Proxy-Authorization'}: ${formatCredentials({ ...input, response })}`;
}

function nameOf(line: string): string {
  return line.slice(0, line.indexOf(':')).toLowerCase();
}
