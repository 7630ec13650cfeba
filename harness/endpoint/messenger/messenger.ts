import type { IncomingCall } from '../endpoint.js';
import type { Media } from '../media.js';
import type { Persona, Refusal } from '../persona.js';
import type { Action } from './action.js';
import { MESSENGER_MEDIA, mediaOf } from './messenger-media.js';
import { rejectionSentence } from './sentences.js';

const BUSY: Refusal = { status: 486, reason: 'Busy Here' };

/**
 * The manners of Windows Messenger 5.0 as KB834477 tells them: one invitation or session at a time, whoever began it.
 * Any further invitation is refused with 486 at once, and the user is not told.
 */
export class Messenger implements Persona {
  readonly product = 'busyhere (Windows Messenger 5.0 persona)';
  readonly media = MESSENGER_MEDIA;

  offer(action: Action): readonly Media[] {
    return mediaOf(action);
  }

  refuse(sessions: number): Refusal | undefined {
    return sessions > 0 ? BUSY : undefined;
  }

  /** The invitation is on the screen, and the user has not decided. */
  handle(call: IncomingCall): void {
    call.ring();
  }

  rejectionShown(action: Action, user: string): string {
    return rejectionSentence(action, user);
  }
}
