import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Conversation } from './apps/conversation.js';
import { Frame, FrameReader } from './apps/frame.js';
import { unanswered, wireFaults } from './apps/wire-rules.js';

const FOLDER = join(__dirname, '..', 'fixtures', 'drachtio');

/** A recording of a real control connection, both directions in order; its form stands in the README beside it. */
function recorded(name: string): Conversation {
  const text = readFileSync(join(FOLDER, `${name}.tcp.txt`), 'utf8');
  const [, ...parts] = text.split(/\n *[\d.]+ms (APP|SERVER) +>>> \w+ ?\n/);
  const readers = { APP: new FrameReader('app'), SERVER: new FrameReader('server') };
  const conversation = new Conversation();
  for (let index = 0; index + 1 < parts.length; index += 2) {
    const octets = Buffer.from((parts[index + 1] ?? '').replace(/\n$/, '').replaceAll('\n', '\r\n'));
    conversation.add(readers[parts[index] as 'APP' | 'SERVER'].push(octets));
  }
  return conversation;
}

/** A recording with one frame of the server's changed. */
function altered(name: string, pick: (frame: Frame) => boolean, change: (text: string) => string): Conversation {
  const original = recorded(name);
  const chosen = original.frames.find((frame) => frame.from === 'server' && pick(frame));
  if (!chosen) throw new Error(`no such frame in ${name}`);
  const changed = new Conversation();
  changed.add(
    original.frames.map((frame) => (frame === chosen ? new Frame('server', Buffer.from(change(frame.payload.toString()))) : frame)),
  );
  return changed;
}

describe('the rules that every conversation is held to', () => {
  const names = readdirSync(FOLDER).flatMap((file) => /^(.*)\.tcp\.txt$/.exec(file)?.[1] ?? []);

  // In g-outbound the two directions are labelled the wrong way round.
  it.each(names.filter((name) => name !== 'g-outbound'))('are kept by the real server in %s', (name) => {
    const conversation = recorded(name);
    expect(conversation.frames.length).toBeGreaterThan(10);
    expect(wireFaults(conversation)).toEqual([]);
    expect(unanswered(conversation)).toEqual([]);
  });

  const isSip = (name: string) => (frame: Frame) => frame.verb === 'sip' && frame.sip?.name === name;
  const isEcho = (name: string) => (frame: Frame) => frame.tokens[4] === 'application' && frame.sip?.name === name;

  it.each<[string, (frame: Frame) => boolean, (text: string) => string]>([
    ['UUID', isSip('INVITE'), (text) => text.replace(/^[^|]+/, '1')],
    ['what was not asked', isEcho('INVITE'), (text) => text.replace(/response\|[^|]+/, 'response|1')],
    ['which is none', isEcho('INVITE'), (text) => text.replace('|OK|', '|YES|')],
    ['before the OK', isSip('180 INVITE'), (text) => text.replace(/(\|\d\d:[^|]+\|)[^|]+/, '$143c75d74-1714-45f2-a1d6-6f5947025e67')],
    ['wrong dialog id', isSip('180 INVITE'), (text) => text.replace('from-tag=', 'from-tag=x')],
    ['without where', isSip('INVITE'), (text) => text.replace('||127.0.0.1|15090|', '|x|127.0.0.1|15090|')],
    ['tokens', isSip('180 INVITE'), (text) => text.replace('|\r\n', '\r\n')],
    ['says otherwise', isEcho('INVITE'), (text) => text.replace('|application|533|', '|application|534|')],
    ['another form', isEcho('180 INVITE'), (text) => text.replace('||Msg sent:', '|Msg sent:')],
    ['no time', isSip('INVITE'), (text) => text.replace(/\d\d:\d\d:\d\d\.\d+/, '1:02:03')],
    ['cdr', ({ verb }) => verb === 'cdr:attempt', (text) => text.replace('cdr:attempt|network', 'cdr:attempt|net')],
    ['not passed up', isSip('180 INVITE'), (text) => text.replace('180 Ringing', '100 Trying')],
    ['Content-Length', isSip('INVITE'), (text) => text.replace(/Content-Length: +129/, 'Content-Length: 128')],
    ['unknown verb', isSip('INVITE'), (text) => text.replace('|sip|', '|sup|')],
  ])('are broken by a frame: %s', (complaint, pick, change) => {
    expect(wireFaults(altered('a-b2b-486', pick, change)).join('; ')).toContain(complaint === 'which is none' ? 'none of OK' : complaint);
  });

  it('are broken by a second answer and by none', () => {
    const conversation = recorded('a-b2b-486');
    const answer = conversation.frames.find(({ verb, from }) => verb === 'response' && from === 'server') as Frame;
    const twice = new Conversation();
    const again = new Frame('server', Buffer.from(answer.payload.toString().replace(/^./, (digit) => (digit === '0' ? '1' : '0'))));
    twice.add([...conversation.frames, again]);
    expect(wireFaults(twice).join()).toContain('second answer');
    const never = new Conversation();
    never.add(conversation.frames.filter((frame) => frame !== answer));
    expect(unanswered(never)).toHaveLength(1);
  });
});
