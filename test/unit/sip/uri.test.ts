import { sameUri } from '../../../harness/sip/same-uri.js';
import { formatUri, headersOf, parseUri, type Uri, userOf } from '../../../harness/sip/uri.js';

function uri(text: string): Uri {
  const outcome = parseUri(text);
  if (!outcome.ok) throw new Error(outcome.error);
  return outcome.value;
}

test('takes a SIP URI apart', () => {
  const parsed = uri('sips:alice:secret@[2001:db8::1]:5061;transport=TLS;lr?Subject=hello%20there&Priority=urgent');
  expect(parsed).toMatchObject({ scheme: 'sips', user: 'alice', password: 'secret', host: '[2001:db8::1]', port: 5061 });
  expect(parsed.params.get('Transport')).toBe('TLS');
  expect(parsed.params.get('lr')).toBeNull();
  expect(parsed.params.get('maddr')).toBeUndefined();
  expect(headersOf(parsed)).toEqual([
    ['Subject', 'hello there'],
    ['Priority', 'urgent'],
  ]);
});

test('undoes escapes once, in user and parameters, and writes them again where they are needed', () => {
  const parsed = uri('sip:%61lice%25%34%31@lab.example;%6C%72;n%61me=v%61lue%25%34%31');
  expect(userOf(parsed)).toBe('alice%41');
  expect(Array.from(parsed.params.entries())).toEqual([
    ['lr', null],
    ['name', 'value%41'],
  ]);
  expect(formatUri(parsed)).toBe('sip:%61lice%25%34%31@lab.example;lr;name=value%2541');
});

test.each([
  'sip:alice@lab.example',
  'SIP:alice@lab.example',
  'sip:lab.example;lr',
  'sip:+15550100;phone-context=x@192.0.2.1:5060',
  'sip:user;par=u%40example.net@example.com',
  'sip:a@[2001:db8:::192.0.2.1]',
  'sip:bob@busyhere_proxy_1:5060',
  'tel:+1-201-555-0123;ext=7',
  'nobodyKnowsThisScheme:totallyopaquecontent',
])('accepts %s, and reads back what it writes', (text) => {
  const written = formatUri(uri(text));
  expect(written).toBe(text.replace(/^SIP/, 'sip'));
  expect(uri(written)).toEqual(uri(text));
});

test.each([
  '',
  'alice@lab.example',
  'sip:',
  'sip:@lab.example',
  'sip:a b@lab.example',
  'sip:a@b@lab.example',
  'sip:al%zzice@lab.example',
  'sip:alice@',
  'sip:alice@-lab.example',
  'sip:alice@lab..example',
  'sip:alice@192.0.2.256',
  'sip:2001:db8::10',
  'sip:[2001:db8::10',
  'sip:[2001:db8::10%25eth0]',
  'sip:[12345::1]',
  'sip:lab.example:0',
  'sip:lab.example:65536',
  'sip:lab.example:',
  'sip:lab.example;',
  'sip:lab.example;;lr',
  'sip:lab.example;=x',
  'sip:lab.example; lr',
  'sip:lab.example?',
  'sip:lab.example?Subject',
  'sip:lab.example>',
  '1sip:lab.example',
  'tel:',
  'tel:+1 201',
])('refuses "%s"', (text) => {
  expect(parseUri(text).ok).toBe(false);
});

describe('comparison, by the examples of RFC 3261 section 19.1.4', () => {
  test.each([
    ['sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtlanTa.CoM;Transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5'],
    ['sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;newparam=5'],
    [
      'sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com',
      'sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com',
    ],
    ['sip:alice@atlanta.com?subject=project%20x&priority=urgent', 'sip:alice@atlanta.com?priority=urgent&subject=project%20x'],
  ])('%s is %s', (one, other) => {
    expect(sameUri(uri(one), uri(other))).toBe(true);
    expect(sameUri(uri(other), uri(one))).toBe(true);
  });

  test.each([
    ['SIP:ALICE@AtLanTa.CoM;Transport=udp', 'sip:alice@AtLanTa.CoM;Transport=UDP'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;transport=udp'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:6000;transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com?Subject=next%20meeting'],
    ['sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;security=off'],
    ['sip:bob@phone21.boxesbybob.com', 'sip:bob@192.0.2.4'],
    ['sip:bob@biloxi.com', 'sips:bob@biloxi.com'],
    ['sip:bob@biloxi.com', 'sip:biloxi.com'],
    ['tel:+1', 'tel:+2'],
  ])('%s is not %s', (one, other) => {
    expect(sameUri(uri(one), uri(other))).toBe(false);
    expect(sameUri(uri(other), uri(one))).toBe(false);
  });
});
