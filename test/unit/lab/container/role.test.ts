import { readRole } from '../../../../harness/lab/container/role.js';
import { readStandingLab } from '../../../../harness/lab/container/standing-lab.js';

const hosts = [
  { name: 'proxy', kind: 'server', address: '10.84.34.10' },
  { name: 'bob', kind: 'participant', address: '10.84.34.20' },
];

describe('the role of a container', () => {
  it('is read from JSON, with the usual port', () => {
    expect(readRole('{"role":"proxy","name":"proxy","control":{"tokenFile":"/tokens/proxy"}}')).toEqual({
      role: 'proxy',
      name: 'proxy',
      control: { port: 7060, tokenFile: '/tokens/proxy' },
    });
  });

  it('may be that of the harness', () => {
    const lab = { tokens: '/tokens', captures: '/captures', hosts };
    const role = { role: 'harness', output: '/reports', arguments: ['run'], lab };
    expect(readRole(JSON.stringify(role))).toEqual({ ...role, lab: { ...lab, controlPort: 7060 } });
  });

  it.each([
    ['', 'no JSON'],
    ['{"role":"proxy"', 'no JSON'],
    ['{"role":"registrar","name":"x","control":{}}', 'cannot be understood'],
    ['{"role":"proxy","control":{}}', 'name'],
    ['{"role":"proxy","name":"x","control":{"token":"short"}}', 'token'],
    ['{"role":"proxy","name":"x","control":{},"root":true}', 'root'],
  ])('%s is refused', (text, why) => {
    expect(() => readRole(text)).toThrow(expect.objectContaining({ code: 'configuration', message: expect.stringContaining(why) }));
  });
});

describe('what a harness is told of containers', () => {
  it.each([
    ['[]', 'cannot be understood'],
    [JSON.stringify({ tokens: '/t', captures: '/c', hosts: hosts.slice(1) }), 'hosts'],
    [JSON.stringify({ tokens: '/t', captures: '/c', hosts: [...hosts, { ...hosts[0], address: 'proxy' }] }), 'address'],
    [JSON.stringify({ tokens: '/t', captures: '/c', hosts: [...hosts, { ...hosts[0], address: '127.0.0.10' }] }), 'BUSYHERE_NETWORK'],
  ])('%s is refused', (text, why) => {
    expect(() => readStandingLab(text)).toThrow(expect.objectContaining({ code: 'configuration', message: expect.stringContaining(why) }));
  });
});
