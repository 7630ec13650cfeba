import { sendStatus } from './answer.js';
import { dialogFields } from './fields.js';
import { requestIn } from './message-view.js';
import type { SrfDialog, SrfDialogMethod, SrfFailure, SrfRequest, SrfResponse } from './srf-port.js';

const PASSED: readonly SrfDialogMethod[] = ['info', 'message', 'notify', 'options', 'refer', 'update'];

/** What one side of an answered call says to the other, until either hangs up. */
export function joinDialogs(one: SrfDialog, other: SrfDialog): void {
  passOn(one, other);
  passOn(other, one);
}

function passOn(from: SrfDialog, to: SrfDialog): void {
  from.on('destroy', () => {
    to.destroy().catch(() => {}); // it is over there too
  });
  from.on('modify', (req, res) => {
    passReinvitation(to, req, res).catch((failure: SrfFailure) => refuse(res, failure));
  });
  for (const method of PASSED) {
    from.on(method, (req, res) => {
      passRequest(method, to, req, res).catch((failure: SrfFailure) => refuse(res, failure));
    });
  }
}

async function passReinvitation(to: SrfDialog, req: SrfRequest, res: SrfResponse): Promise<void> {
  // RFC 3261 §14.2: 488 refuses an offer; one that is to come in the 200 would need its answer passed in the ACK.
  if (!req.body) return sendStatus(res, 488);
  const body = await to.modify(req.body);
  sendStatus(res, 200, '', { body });
}

async function passRequest(method: SrfDialogMethod, to: SrfDialog, req: SrfRequest, res: SrfResponse): Promise<void> {
  const request = requestIn(req);
  if (!request) return sendStatus(res, 400);
  const { status, body } = await to.request({
    method: method.toUpperCase(),
    headers: dialogFields(request),
    ...(req.body ? { body: req.body } : {}),
  });
  sendStatus(res, status, '', body ? { body } : {});
}

/** The other side's refusal, or 481 where there is no other side any more (RFC 3261 §12.2.1.2). */
function refuse(res: SrfResponse, { status }: SrfFailure): void {
  sendStatus(res, status ?? 481);
}
