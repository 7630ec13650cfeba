import { splitList } from '../sip/list.js';
import type { SipRequest } from '../sip/message.js';
import { type AppMessage, appHeader } from './app-message.js';

/** Extensions that would need the server's help, which it does not give: an application is told so, and nobody is promised them. */
const NOT_CARRIED: ReadonlyMap<string, string> = new Map([
  ['100rel', 'reliable provisional responses (RFC 3262) are not carried'],
  ['timer', 'session timers (RFC 4028) are not carried'],
]);

/** Why an application's message cannot be sent; undefined where it can. */
export function reasonNotCarried(message: AppMessage): string | undefined {
  if ('method' in message.start && message.start.method === 'PRACK') return NOT_CARRIED.get('100rel');
  if (appHeader(message, 'Session-Expires') !== undefined || appHeader(message, 'x') !== undefined) return NOT_CARRIED.get('timer');
  return splitList(appHeader(message, 'Require') ?? '')
    .map((option) => NOT_CARRIED.get(option.toLowerCase()))
    .find((reason) => reason !== undefined);
}

/** The option tags of a Supported that the server can stand for. */
export function carriedOptions(supported: string): string[] {
  return splitList(supported).filter((option) => !NOT_CARRIED.has(option.toLowerCase()));
}

/** What a request of the network requires in vain (RFC 3261 §8.2.2.3). */
export function unsupportedOptions(request: SipRequest): string[] {
  return request.headers.list('Require').filter((option) => NOT_CARRIED.has(option.toLowerCase()));
}
