import { formatSocketAddress, type SocketAddress } from '../../platform/socket-address.js';
import type { Account } from '../endpoint.js';

export interface BaresipConfig {
  /** Where it takes SIP: UDP and TCP there, TLS on the next port. */
  readonly address: SocketAddress;
  /** Where it takes commands. */
  readonly control: SocketAddress;
  /** The folder of its modules. */
  readonly modules: string;
  /** Any further INVITE is answered 486; 0 for no limit. */
  readonly maxCalls: number;
}

const NEVER_S = 86_400;

/** The modules without which it cannot be driven or offers no codec. No sound comes in or goes out. */
export const MODULES = ['g711.so', 'menu.so', 'ctrl_tcp.so', 'contact.so'] as const;

/** Its file `config`. */
export function configText({ address, control, modules, maxCalls }: BaresipConfig): string {
  const settings: readonly (readonly [name: string, value: string])[] = [
    ['sip_listen', formatSocketAddress(address)],
    ['net_interface', address.address], // the name of an interface would give that interface's first address
    ['call_max_calls', String(maxCalls)],
    ['call_local_timeout', String(NEVER_S)], // it hangs up by itself where nobody answers
    ['ringback_disabled', 'yes'],
    ['statmode_default', 'off'],
    ['module_path', modules],
    ['module', 'g711.so'],
    ['module_app', 'menu.so'],
    ['module_app', 'ctrl_tcp.so'],
    ['ctrl_tcp_listen', formatSocketAddress(control)],
  ];
  return settings.map(([name, value]) => `${name} ${value}\n`).join('');
}

export interface AccountLine {
  readonly identity: string;
  readonly account?: Account | undefined;
  readonly outbound?: SocketAddress | undefined;
  /** Seconds; 0: it does not register. */
  readonly expires: number;
}

/** One account, as the command `uanew` takes it. What stands inside the brackets becomes part of every URI that it dials. */
export function accountLine({ identity, account, outbound, expires }: AccountLine): string {
  const parameters = [
    ...(account ? [`auth_user=${account.user}`, `auth_pass=${account.password}`] : []),
    ...(outbound ? [`outbound="sip:${formatSocketAddress(outbound)}"`] : []),
    `regint=${expires}`,
    'answermode=manual',
  ];
  return [`<${identity}>`, ...parameters].join(';');
}
