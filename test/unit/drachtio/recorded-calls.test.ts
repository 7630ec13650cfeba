import { encodeFrame } from '../../../harness/drachtio/index.js';
import { readCommand } from '../../../harness/drachtio/leader.js';
import type { ScriptedApp } from './scripted-app.js';
import { Simulation } from './simulation.js';
import type { SipPeer } from './sip-peer.js';
import { type RecordedFrame, readRecordedFrames } from './transcript.js';

/** What is drawn or measured anew each time, and what differs because a recording's caller asks for no `rport`. */
const CHANGING: [RegExp, string][] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '*'],
  [/\d\d:\d\d:\d\d\.\d{6}/g, 'TIME'],
  [/tag=[^;\s|>]+/g, 'tag=*'],
  [/branch=[^;,\s]+/g, 'branch=*'],
  [/^Call-ID: .*$/gm, 'Call-ID: *'],
  [/^CSeq: \d+/gm, 'CSeq: *'],
  [/\|[^|]*;from-tag=/g, '|*;from-tag='],
  [/;received=127\.0\.0\.1/g, ''],
  [/^Content-Length: +/gm, 'Content-Length: '],
  [/(\|(?:network|application))\|\d+\|/g, '$1|OCTETS|'],
];
/** The values by which a recording's messages hang together, in the order of their appearance. */
const LINKING =
  /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?<=tag=)[^;\s|>]+|(?<=branch=)[^;,\s]+|(?<=^Call-ID: ).*(?=\r)|(?<=^CSeq: )\d+/gm;

function normal(text: string): string {
  return CHANGING.reduce((changed, [pattern, by]) => changed.replace(pattern, by), text);
}

/** Plays the part of everybody but the server in a recording. */
class Replay {
  readonly #ours = new Map<string, string>();
  readonly #injected = new Set<string>();
  readonly heard: string[] = [];
  readonly expected: string[] = [];

  constructor(
    private readonly simulation: Simulation,
    private readonly app: ScriptedApp,
    private readonly peers: ReadonlyMap<number, SipPeer>,
    private readonly frames: readonly RecordedFrame[],
  ) {}

  run(): void {
    for (const frame of this.frames) {
      if (frame.from === 'APP') this.#say(frame);
      else this.#expect(frame);
    }
    this.simulation.run(50);
    this.heard.push(...this.#take().map(normal));
  }

  #say({ text }: RecordedFrame): void {
    this.app.stream.write(encodeFrame(this.#translate(text)));
    this.simulation.run(5);
  }

  #expect(frame: RecordedFrame): void {
    this.expected.push(normal(frame.text));
    const { tokens, message } = readCommand(Buffer.from(frame.text));
    const sip = message.toString('utf8');
    const isFromNetwork = tokens.includes('network') && sip !== '' && !this.#injected.has(sip);
    if (isFromNetwork) {
      this.#injected.add(sip);
      this.#inject(sip);
    }
    this.simulation.run(5);
    this.#learn(frame.text);
  }

  /** Sends what the recording's server got, from whom it got it. */
  #inject(sip: string): void {
    const source = this.frames.map(({ text }) => text).find((text) => text.endsWith(sip) && /\|127\.0\.0\.1\|\d+\|\d\d:/.test(text));
    const port = Number(/\|127\.0\.0\.1\|(\d+)\|\d\d:/.exec(source ?? '')?.[1] ?? /;rport=(\d+)/.exec(sip)?.[1]);
    const route = sip.startsWith('BYE') && !source ? 'Route: <sip:127.0.0.1:15090;lr>\r\n' : ''; // taken off before it was recorded
    const asSent = sip.startsWith('SIP/') ? sip : sip.replace(/;rport=\d+/, ''); // the server noted it
    const sent = this.#translate(asSent).replace('Via:', `${route}Via:`);
    const peer = this.peers.get(port);
    if (!peer) throw new Error(`nobody is at port ${port}`);
    peer.send(sent, this.simulation.sip);
  }

  /** Finds what the server said in place of a recorded text, and learns by what it calls things. */
  #learn(recorded: string): void {
    const said = this.#take();
    this.#kept.push(...said);
    this.heard.push(...said.map(normal));
    const counterpart = this.#kept.findIndex(
      (text) => normal(text) === normal(recorded) && isAnswerToSame(this.#translate(recorded), text),
    );
    const [text] = counterpart < 0 ? [] : this.#kept.splice(counterpart, 1);
    if (text === undefined) return;
    const [theirs, ours] = [recorded.match(LINKING) ?? [], text.match(LINKING) ?? []];
    theirs.forEach((name, index) => {
      const own = ours[index];
      if (own !== undefined && !this.#ours.has(name)) this.#ours.set(name, own);
    });
  }

  readonly #kept: string[] = [];

  #take(): string[] {
    return this.app.received.splice(0).map(({ tokens, sip }) => (sip === '' ? tokens.join('|') : `${tokens.join('|')}\r\n${sip}`));
  }

  #translate(text: string): string {
    return text.replace(LINKING, (name) => this.#ours.get(name) ?? name);
  }
}

/** Two responses are each other's counterpart only if they answer the same message. */
function isAnswerToSame(recorded: string, ours: string): boolean {
  const [one, other] = [recorded.split('|'), ours.split('|')];
  return one[1] !== 'response' || one[2] === other[2];
}

/** What is said of one SIP message, in order; what is said of different ones may overtake each other. */
function byMessage(texts: readonly string[]): Record<string, string[]> {
  const groups: Record<string, string[]> = {};
  for (const text of texts) {
    const end = text.indexOf('\r\n');
    const about = end < 0 ? text : text.slice(end + 2);
    groups[about] = [...(groups[about] ?? []), end < 0 ? text : text.slice(0, end)];
  }
  return groups;
}

const PORTS: [string, number][] = [
  ['alice', 15061],
  ['bob', 16080],
  ['bob2', 16081],
];

async function replay(name: string): Promise<Replay> {
  const frames = readRecordedFrames(name);
  const simulation = await Simulation.open({
    listeners: [{ name: 'default', address: { address: '127.0.0.1', port: name.startsWith('g') ? 15190 : 15090 } }],
  });
  const peers = new Map<number, SipPeer>();
  for (const [peer, port] of PORTS) peers.set(port, await simulation.peer(peer, { address: '127.0.0.1', port }));
  const app = await simulation.connect();
  const result = new Replay(simulation, app, peers, frames);
  result.run();
  await simulation.close();
  return result;
}

describe('a call recorded with the real server', () => {
  it.each(['a-b2b-486', 'b-passFailure-false', 'b2-trust-noprov', 'f-b2b-200'])(
    '%s: the application is told the same of each message, in the same order',
    async (name) => {
      const { heard, expected } = await replay(name);
      expect(byMessage(heard)).toEqual(byMessage(expected));
    },
  );

  it.each(['c-proxy-486', 'd-proxy-sim', 'd2-proxy-serial', 'e-proxy-rr'])(
    '%s: the application is told the same, in the same order',
    async (name) => {
      const { heard, expected } = await replay(name);
      expect(heard).toEqual(expected);
    },
  );
});
