import type { SipRequest } from '../sip/message.js';
import type { Flow } from '../transaction/flow.js';
import type { TransactionLayer } from '../transaction/transaction-layer.js';

/** An ACK for a 2xx, which goes out again, as it is, whenever that 2xx comes again (RFC 3261 §13.2.2.4). */
export class Acknowledgement {
  /** As it went out. */
  readonly sent: Buffer;

  constructor(
    layer: TransactionLayer,
    request: SipRequest,
    private readonly flow: Flow,
  ) {
    layer.sendRequest(request, flow);
    this.sent = request.toBuffer();
  }

  repeat(): void {
    this.flow.listener.send(this.sent, this.flow.remote);
  }
}
