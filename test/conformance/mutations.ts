import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';

const TORTURE = join(__dirname, '..', 'fixtures', 'torture');

/** The torture messages of RFC 4475 and RFC 5118. */
export const TORTURE_MESSAGES: readonly Buffer[] = ['rfc4475', 'rfc5118'].flatMap((folder) =>
  readdirSync(join(TORTURE, folder))
    .filter((file) => file.endsWith('.dat'))
    .map((file) => readFileSync(join(TORTURE, folder, file))),
);

/** Values that a header or a start line had better not choke on. */
const HOSTILE = [
  '',
  ' ',
  '0',
  '-1',
  '99999999999999999999',
  '4294967296',
  '2147483648 INVITE',
  '"',
  '<',
  '<sip:>',
  '<sip:a@b>;tag=',
  ';;;,,,',
  'SIP/2.0/UDP',
  'SIP/2.0/UDP 127.0.0.1:0;branch=z9hG4bK0',
  'SIP/2.0/UDP 127.0.0.1;rport=0;received=;maddr=224.0.0.1',
  'SIP/2.0/UDP [::1]:5060;branch=',
  '<sip:127.0.0.1:0;lr>',
  '<sip:127.0.0.1:65536;lr>',
  '<sip:a@[::1];maddr=0.0.0.0>',
  '*',
  '\0',
  'é\r\n folded',
  'Digest realm="',
  'Digest username="\\", realm="example.com", nonce="", uri="", response=""',
  'application/sdp;;;',
  `a${','.repeat(200)}`,
  '%',
  'x'.repeat(3_000),
];
const NAMES = [
  'Via',
  'From',
  'To',
  'Call-ID',
  'CSeq',
  'Contact',
  'Route',
  'Record-Route',
  'Max-Forwards',
  'Content-Length',
  'Content-Type',
];
const MORE_NAMES = [
  'Require',
  'Proxy-Require',
  'Authorization',
  'Proxy-Authorization',
  'Expires',
  'Accept',
  'v',
  'f',
  't',
  'i',
  'm',
  'l',
  'X',
];
const METHODS = ['INVITE', 'ACK', 'BYE', 'CANCEL', 'OPTIONS', 'REGISTER', 'MESSAGE', 'UPDATE', 'invite', 'SIP/2.0'];
const OCTETS = ['\r\n', '\n', '\r', '\0', ' ', ';', ',', '"', '\\', '<', '>', ':', '%', '@', '=', '\xff', '[', ']', 'SIP/2.0', 'z9hG4bK'];

const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const name = fc.constantFrom(...NAMES, ...MORE_NAMES);
const hostile = fc.constantFrom(...HOSTILE);

type Mutation = (text: string) => string;

function atLine(text: string, at: number, change: (line: string) => string): string {
  const end = text.indexOf('\r\n\r\n');
  const lines = (end < 0 ? text : text.slice(0, end)).split('\r\n');
  const index = Math.floor(at * lines.length);
  lines[index] = change(lines[index] ?? '');
  return lines.join('\r\n') + (end < 0 ? '' : text.slice(end));
}

/** One change, by octets or with an eye for what SIP means. */
export const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(place, fc.integer({ min: 0, max: 20 }), fc.constantFrom('', ...OCTETS)).map(([at, removed, put]) => (text: string) => {
    const index = Math.floor(at * text.length);
    return text.slice(0, index) + put + text.slice(index + removed);
  }),
  place.map((at) => (text: string) => text.slice(0, Math.floor(at * text.length))),
  fc.tuple(place, hostile).map(
    ([at, value]) =>
      (text: string) =>
        atLine(text, at, (line) => `${line.split(':')[0]}: ${value}`),
  ),
  fc.tuple(place, name, hostile).map(
    ([at, field, value]) =>
      (text: string) =>
        atLine(text, at, (line) => `${line}\r\n${field}: ${value}`),
  ),
  place.map((at) => (text: string) => atLine(text, at, (line) => `${line}\r\n${line}`)),
  fc.tuple(place, place).map(
    ([at, share]) =>
      (text: string) =>
        atLine(text, at, (line) => line.slice(0, Math.floor(share * line.length))),
  ),
  fc.constantFrom(...METHODS).map((method) => (text: string) => text.replace(/^\S+/, method)),
  fc.constantFrom(...METHODS).map((method) => (text: string) => text.replace(/(CSeq\s*:\s*\d+) +\S+/i, `$1 ${method}`)),
  fc.integer({ min: 0, max: 70_000 }).map((length) => (text: string) => text.replace(/(Content-Length\s*:\s*)\d+/i, `$1${length}`)),
);

/** A message of those given, changed in one to three ways. */
export function mutated(messages: readonly Buffer[]): fc.Arbitrary<Buffer> {
  return fc.tuple(fc.constantFrom(...messages), fc.array(mutation, { minLength: 1, maxLength: 3 })).map(([message, mutations]) => {
    const text = mutations.reduce((changed, mutate) => mutate(changed), message.toString('latin1'));
    return Buffer.from(text, 'latin1').subarray(0, 65_000);
  });
}
