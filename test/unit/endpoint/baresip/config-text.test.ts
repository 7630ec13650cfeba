import { accountLine, configText } from '../../../../harness/endpoint/baresip/config-text';

const OUTBOUND = { address: '127.5.6.2', port: 5060 };

describe('the configuration of a baresip', () => {
  const text = configText({
    address: { address: '127.5.6.4', port: 5060 },
    control: { address: '127.5.6.4', port: 40123 },
    modules: '/opt/modules',
    maxCalls: 1,
  });

  it('binds it to the address of its participant', () => {
    expect(text).toContain('\nnet_interface 127.5.6.4\n');
    expect(text).toMatch(/^sip_listen 127.5.6.4:5060\n/);
    expect(text).toContain('\nctrl_tcp_listen 127.5.6.4:40123\n');
  });

  it('has it refuse a second call by itself', () => {
    expect(text).toContain('\ncall_max_calls 1\n');
  });

  it('loads what drives it, and nothing that needs a sound card', () => {
    expect(text.match(/^module\S* \S+$/gm)).toEqual([
      'module_path /opt/modules',
      'module g711.so',
      'module_app menu.so',
      'module_app ctrl_tcp.so',
    ]);
  });
});

describe('an account line of baresip', () => {
  it('names account, proxy and interval', () => {
    const account = { user: 'bob', password: 'secret' };
    expect(accountLine({ identity: 'sip:bob@lab.example', account, outbound: OUTBOUND, expires: 3600 })).toBe(
      '<sip:bob@lab.example>;auth_user=bob;auth_pass=secret;outbound="sip:127.5.6.2:5060";regint=3600;answermode=manual',
    );
  });

  it('leaves out what there is not', () => {
    expect(accountLine({ identity: 'sip:mallory@lab.example', expires: 0 })).toBe('<sip:mallory@lab.example>;regint=0;answermode=manual');
  });
});
