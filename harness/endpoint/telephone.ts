import type { IncomingCall } from './endpoint.js';
import { type Media, TELEPHONE_AUDIO } from './media.js';
import type { Persona } from './persona.js';

/** A user agent without manners of its own: any number of calls, which ring until a script says what is done. */
export class Telephone implements Persona {
  readonly product: string = 'busyhere';
  readonly media: readonly Media[] = [TELEPHONE_AUDIO];

  offer(): readonly Media[] {
    return this.media;
  }

  refuse(): undefined {
    return undefined;
  }

  handle(call: IncomingCall): void {
    call.ring();
  }

  rejectionShown(): null {
    return null;
  }
}
