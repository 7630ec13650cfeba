import type { SipMessage } from '../../../harness/sip/message.js';
import { parseMultipart } from '../../../harness/sip/multipart.js';

/** Reads all that can be read of a message, and changes and writes a clone of it as a proxy would. */
export function touchEverything(message: SipMessage): void {
  const { headers } = message;
  const read: unknown[] = [
    message.topVia?.branch,
    message.topVia?.received,
    message.topVia?.rport,
    message.topVia?.sentBy,
    message.vias,
    message.from,
    message.to,
    message.contacts,
    message.routes,
    message.recordRoutes,
    message.callId,
    message.cseq,
    message.maxForwards,
    message.contentType,
    message.expires,
    message.fromTag,
    message.toTag,
    message.body,
    message.kind === 'request' ? message.uri : message.reason,
    parseMultipart(message.contentType ?? '', message.body),
  ];
  for (const [name, value] of headers.entries()) read.push(name, value);
  for (const name of ['Via', 'Contact', 'Subject', 'X']) headers.list(name);
  const clone = message.clone();
  clone.headers.prepend('Via', 'SIP/2.0/UDP p;branch=z9hG4bKp');
  clone.headers.set('Max-Forwards', '69');
  clone.headers.removeFirst('Route');
  clone.headers.replaceFirst('Contact', '<sip:a@b>');
  clone.headers.delete('Subject');
  clone.toBuffer();
  message.toBuffer();
}
