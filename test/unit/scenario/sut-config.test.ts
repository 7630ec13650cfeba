import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorCode } from '../../../harness/platform/errors.js';
import { readSutConfig, type SutConfig } from '../../../harness/scenario/sut-config.js';

const folder = mkdtempSync(join(tmpdir(), 'busyhere-sut-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

function read(text: string, env: Record<string, string> = {}): SutConfig {
  const path = join(folder, 'proxy.yaml');
  writeFileSync(path, text);
  return readSutConfig(path, 'proxy.yaml', env);
}

function mistakesOf(text: string, env: Record<string, string> = {}): string {
  try {
    read(text, env);
  } catch (error) {
    expect(errorCode(error)).toBe('configuration');
    return (error as Error).message;
  }
  throw new Error('no mistake was found');
}

test('everything that can be said', () => {
  const text = `
address: sip:proxy.example:5080
server: lcs
domain: lab.example
trust: [gateway-host, separate-listener]
accounts:
  "*": { user: "u-$name", passwordFrom: PROXY_PASSWORD }
  carol: { user: "1003", password: "0042" }
  dave: {}
listeners: { telephony: "sip:192.0.2.1:5070" }
localAddress: 192.0.2.10
addresses: { gateway: 192.0.2.10:5090, alice: 192.0.2.11 }
horizon: 3.5s
`;
  expect(read(text, { PROXY_PASSWORD: 'from outside' })).toEqual({
    address: 'sip:proxy.example:5080',
    server: 'lcs',
    domain: 'lab.example',
    trust: ['gateway-host', 'separate-listener'],
    accounts: {
      '*': { user: 'u-$name', password: 'from outside' },
      carol: { user: '1003', password: '0042' },
      dave: { user: 'dave', password: null },
    },
    listeners: { telephony: 'sip:192.0.2.1:5070' },
    localAddress: '192.0.2.10',
    addresses: { gateway: { address: '192.0.2.10', port: 5090 }, alice: { address: '192.0.2.11', port: 5060 } },
    horizonMs: 3500,
  });
});

test('nothing has to be said', () => {
  expect(read('domain: lab.example')).toMatchObject({ address: null, server: null, trust: [], accounts: {}, horizonMs: null });
  expect(read('trust: one').trust).toEqual(['one']);
  expect(read('accounts: { "*": { password: secret } }').accounts).toEqual({ '*': { user: '$name', password: 'secret' } });
});

describe('mistakes name file, line and column', () => {
  test.each([
    ['domian: lab.example', 'proxy.yaml:1:1: unknown key "domian"; did you mean "domain"?'],
    ['address: 192.0.2.1', 'proxy.yaml:1:10: expected an address such as sip:192.0.2.1:5060, found "192.0.2.1"'],
    ['address: tel:+15550100', 'proxy.yaml:1:10: expected an address such as sip:192.0.2.1:5060'],
    ['trust: []', 'proxy.yaml:1:8: expected'],
    ['horizon: 64T1', 'proxy.yaml:1:10: expected a time such as 500ms or 2s, found "64T1"'],
    ['addresses: { gateway: proxy.example }', 'proxy.yaml:1:23: expected an IP address with or without a port: 192.0.2.10:5060'],
    ['localAddress: eth0', 'proxy.yaml:1:15: expected an IP address of this machine, found "eth0"'],
    ['accounts: { "a b": {} }', 'proxy.yaml:1:13: expected the name of a participant, or "*" for everybody else'],
    ['accounts:\n  bob: { passwordFrom: NOWHERE }', 'proxy.yaml:2:24: the environment has no variable NOWHERE'],
    ['accounts:\n  bob: { password: a, passwordFrom: PATH }', 'proxy.yaml:2:23: expected either `password` or `passwordFrom`'],
  ])('%s', (text, expected) => {
    expect(mistakesOf(text, { PATH: '/bin' })).toContain(expected);
  });

  test('several at once, with the line and a caret', () => {
    const told = mistakesOf('server: 5\ndomain: []\n');
    expect(told).toContain('proxy.yaml:1:9');
    expect(told).toContain('proxy.yaml:2:9');
    expect(told).toContain('   2 | domain: []\n     |         ^^');
  });

  test('a file that is not there, is empty, or is no YAML', () => {
    expect(() => readSutConfig(join(folder, 'missing.yaml'), 'missing.yaml', {})).toThrow('missing.yaml: no such file');
    expect(mistakesOf('')).toContain('the file is empty');
    expect(mistakesOf('accounts: {')).toContain('proxy.yaml:1');
  });
});

test.each([
  'accounts: { bob: hunter22 }',
  'accounts: { bob: { password: 2203922039 } }',
  'accounts: { bob: { pasword: hunter22 } }',
  'accounts: { bob: { password: [hunter22] } }',
  'accounts: { bob: { user: 5, password: hunter22 } }',
  'accounts: { bob: { password: hunter22 }, "a b": {} }',
  'accounts: { bob: { password: hunter22 } ',
  'accounts:\n  bob: { password: hunter22 }\n bad',
])('no mistake shows a password: %s', (text) => {
  expect(mistakesOf(text)).not.toMatch(/hunter|22039/);
});
