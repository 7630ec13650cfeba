import { parseUri } from '../sip/uri.js';
import type { IncomingCall } from './endpoint.js';
import type { NumberTable } from './number-table.js';
import { Telephone } from './telephone.js';

/** An IP-PSTN gateway: what a call comes to is decided by the number that it is for. It has no account and registers nowhere. */
export class Gateway extends Telephone {
  override readonly product = 'busyhere (gateway persona)';

  constructor(private readonly numbers: NumberTable) {
    super();
  }

  override handle(call: IncomingCall): void {
    const behaviour = this.numbers.behaviourOf(numberOf(call.target));
    switch (behaviour) {
      case undefined:
        return call.reject(404);
      case 'busy':
        return call.reject(486);
      case 'ring':
        return call.ring();
      case 'ignore':
        return call.ignore();
      case 'answer':
        call.ring(); // as a telephone line does before somebody takes the call
        return call.answer();
      default:
        return call.reject(behaviour);
    }
  }
}

/** The number of a SIP or tel URI (RFC 3966), without visual separators; a name stays as it is. */
function numberOf(target: string): string {
  const parsed = parseUri(target);
  const text = parsed.ok ? (parsed.value.user ?? parsed.value.opaque ?? '') : '';
  const number = text.split(';')[0] ?? '';
  return /^\+?[-.()\d]+$/.test(number) ? number.replace(/[-.()]/g, '') : number;
}
