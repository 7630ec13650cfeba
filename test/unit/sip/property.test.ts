import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { checkMessage } from '../../../harness/sip/check-message.js';
import { createResponse } from '../../../harness/sip/create-response.js';
import { formatCredentials, parseCredentials } from '../../../harness/sip/digest.js';
import { type SipMessage, SipRequest, SipResponse } from '../../../harness/sip/message.js';
import { NameAddr, parseNameAddr } from '../../../harness/sip/name-addr.js';
import { Params } from '../../../harness/sip/params.js';
import { parseMessage } from '../../../harness/sip/parse-message.js';
import { sameUri } from '../../../harness/sip/same-uri.js';
import { formatUri, parseUri, type Uri } from '../../../harness/sip/uri.js';
import { formatVia, parseVia, Via } from '../../../harness/sip/via.js';
import { touchEverything } from './touch-everything.js';
import { writeNameAddr } from './write-name-addr.js';

/** `BUSYHERE_FUZZ_RUNS=200000 BUSYHERE_FUZZ_SEED=1 npx jest test/unit/sip/property` repeats a run. */
const RUNS = Number(process.env.BUSYHERE_FUZZ_RUNS ?? 20_000);
const SEED = Number(process.env.BUSYHERE_FUZZ_SEED ?? Date.now() % 2 ** 31);
const parameters = { seed: SEED, numRuns: RUNS };
/** Round trips need fewer runs: their inputs are all well formed. */
const fewer = { seed: SEED, numRuns: Math.ceil(RUNS / 20) };

jest.setTimeout(60_000 + RUNS * 5);

beforeAll(() => {
  process.stdout.write(`sip properties: seed ${SEED}, ${RUNS} mutated messages, ${fewer.numRuns} of each round trip\n`);
});

const TOKEN = "abcXYZ019-.!%*_+`'~";
const some = (alphabet: string, minLength = 1) => fc.string({ unit: fc.constantFrom(...alphabet), minLength, maxLength: 12 });
const token = some(TOKEN);
const octets = (maxLength: number) =>
  fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)), maxLength });
const user = fc
  .array(fc.oneof(some("aZ0-_.!~*'()&=+$,;?/"), fc.constantFrom('%00', '%41', '%fF')), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join(''));
const host = fc.constantFrom('lab.example', 'a', 'x-1.y2', '192.0.2.1', '[2001:db8::1]', '[::ffff:192.0.2.1]', 'busyhere_proxy_1', 'a.b.');
const port = fc.option(fc.integer({ min: 1, max: 65535 }), { nil: undefined });
/** Parameter names differ also when case is of no account. */
const items = (value: fc.Arbitrary<string>) =>
  fc.uniqueArray(fc.tuple(token, fc.option(value)), { maxLength: 5, selector: ([name]) => name.toLowerCase() });
const params = items(octets(8)).map((list) => new Params(list));
const uriParams = items(octets(8).filter((value) => value !== '')).map((list) => new Params(list));
const sipUri: fc.Arbitrary<Uri> = fc.record({
  scheme: fc.constantFrom('sip', 'sips'),
  user: fc.option(user, { nil: undefined }),
  password: fc.constant(undefined),
  host,
  port,
  params: uriParams,
  headers: fc.constantFrom(undefined, 'a=b', 'Subject=x%20y&b='),
  opaque: fc.constant(undefined),
});
const via = fc.tuple(token, host, port, params).map(([transport, name, number, list]) => new Via(transport, name, number, list));
const nameAddr = fc
  .tuple(sipUri, params, fc.option(octets(12), { nil: undefined }))
  .map(([uri, list, displayName]) => new NameAddr(formatUri(uri), uri, list, displayName));
/** A value that stays as it is when it is trimmed and unfolded. */
const value = fc.string({ unit: fc.integer({ min: 0x21, max: 0xff }).map((code) => String.fromCharCode(code)), maxLength: 20 });
const field = fc.tuple(
  token.filter((name) => !/^(?:l|content-length)$/i.test(name)),
  value,
);
const body = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));

/** What a message is, apart from how it is written. */
function contentOf(message: SipMessage): unknown {
  const fields = Array.from(message.headers.entries()).filter(([name]) => name !== 'Content-Length');
  return [message.startLine, fields, message.body.toString('latin1')];
}

function parsed(datagram: Buffer): SipMessage {
  const outcome = parseMessage(datagram);
  if (!outcome.ok) throw new Error(outcome.error.reason);
  return outcome.value;
}

describe('what is written reads back as it was', () => {
  test('a Via', () => {
    fc.assert(
      fc.property(via, (given) => expect(parseVia(formatVia(given))).toEqual({ ok: true, value: given })),
      fewer,
    );
  });

  test('a URI', () => {
    const holds = fc.property(sipUri, (given) => {
      const again = parseUri(formatUri(given));
      expect(again).toEqual({ ok: true, value: given });
      expect(again.ok && sameUri(again.value, given)).toBe(true);
    });
    fc.assert(holds, fewer);
  });

  test('an address', () => {
    fc.assert(
      fc.property(nameAddr, (given) => expect(parseNameAddr(writeNameAddr(given))).toEqual({ ok: true, value: given })),
      fewer,
    );
  });

  test('credentials', () => {
    const [text, nc] = [octets(10), fc.integer({ min: 0, max: 0xffffffff })];
    const credentials = fc.record({ username: text, realm: text, nonce: text, uri: text, response: text, opaque: text, nc });
    const holds = fc.property(credentials, (given) =>
      expect(parseCredentials(formatCredentials(given))).toMatchObject({ ok: true, value: given }),
    );
    fc.assert(holds, fewer);
  });

  test('a request, and a response', () => {
    const holds = fc.property(
      token,
      fc.array(field, { maxLength: 8 }),
      body,
      fc.integer({ min: 100, max: 699 }),
      value,
      (method, fields, content, status, reason) => {
        for (const given of [SipRequest.create(method, 'sip:a@b', fields, content), SipResponse.create(status, reason, fields, content)]) {
          const again = parsed(given.toBuffer());
          expect(contentOf(again)).toEqual(contentOf(given));
          expect(again.toBuffer()).toEqual(given.toBuffer());
        }
      },
    );
    fc.assert(holds, fewer);
  });
});

describe('mutated torture messages', () => {
  const fixtures = join(__dirname, '..', '..', 'fixtures', 'torture');
  const messages = ['rfc4475', 'rfc5118'].flatMap((folder) =>
    readdirSync(join(fixtures, folder))
      .filter((file) => file.endsWith('.dat'))
      .map((file) => readFileSync(join(fixtures, folder, file))),
  );
  const pieces = [
    '\r\n',
    '\n',
    '\r',
    '\0',
    ' ',
    ';',
    ',',
    '"',
    '\\',
    '<',
    '>',
    ':',
    '%',
    '@',
    '=',
    '\xff',
    '\r\n ',
    'SIP/2.0',
    '[',
    ';;',
    ': ',
  ];
  const offset = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
  const mutation = fc.record({
    at: offset,
    removed: fc.integer({ min: 0, max: 30 }),
    put: fc.oneof(fc.constantFrom(...pieces), octets(6), fc.constant('')),
    times: fc.constantFrom(1, 1, 1, 2, 40),
  });

  function mutate(original: Buffer, mutations: readonly { at: number; removed: number; put: string; times: number }[]): Buffer {
    let text = original.toString('latin1');
    for (const { at, removed, put, times } of mutations) {
      const index = Math.floor(at * text.length);
      text = text.slice(0, index) + put.repeat(times) + text.slice(index + removed);
    }
    return Buffer.from(text, 'latin1');
  }

  /** The fields by which elements route and match. */
  function routing(message: SipMessage): unknown {
    return [
      message.startLine,
      message.topVia?.sentBy,
      message.topVia?.branch,
      message.callId,
      message.cseq,
      message.fromTag,
      message.toTag,
    ];
  }

  test('never make the parser or an accessor throw, and what is accepted can be sent on', () => {
    const holds = fc.property(fc.constantFrom(...messages), fc.array(mutation, { minLength: 1, maxLength: 4 }), (original, mutations) => {
      const datagram = mutate(original, mutations);
      const outcome = parseMessage(datagram);
      const message = outcome.ok ? outcome.value : outcome.error.message;
      if (!outcome.ok) expect(outcome.error.offset).toBeLessThanOrEqual(datagram.length);
      if (!message) return;
      checkMessage(message);
      touchEverything(message);
      if (message.kind === 'request') parsed(createResponse(message, 400, { toTag: 'x' }).toBuffer());
      if (!outcome.ok) return;
      expect(routing(parsed(message.toBuffer()))).toEqual(routing(message));
      const forwarded = message.clone();
      forwarded.headers.set('Max-Forwards', '1');
      expect(routing(parsed(forwarded.toBuffer()))).toEqual(routing(message));
      if (message.from) expect(message.from.tag).toBe(message.fromTag);
    });
    fc.assert(holds, parameters);
  });
});
