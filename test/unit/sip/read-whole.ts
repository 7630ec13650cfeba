import { checkMessage } from '../../../harness/sip/check-message.js';
import { createResponse } from '../../../harness/sip/create-response.js';
import { parseMessage } from '../../../harness/sip/parse-message.js';
import { touchEverything } from './touch-everything.js';

const UNLIMITED = { maxMessageOctets: 1e9, maxHeaderLines: 1e9, maxLineOctets: 1e9 };

/** All that an element could do with a message, whatever its size: reads it, checks it, changes it, answers it. */
export function readWhole(datagram: Buffer): void {
  const parsed = parseMessage(datagram, UNLIMITED);
  const message = parsed.ok ? parsed.value : parsed.error.message;
  if (!message) throw new Error('nothing was read');
  checkMessage(message);
  touchEverything(message);
  if (message.kind === 'request') createResponse(message, 400, { toTag: 'x' }).toBuffer();
}
