import type { SocketAddress } from '../platform/socket-address.js';
import type { SipRequest } from '../sip/message.js';
import type { AgentCore } from './agent-core.js';
import type { Dialog } from './dialog.js';
import { addressOfUri } from './hop.js';
import { SDP } from './sdp-body.js';

const CREDENTIALS = ['Authorization', 'Proxy-Authorization'];

/** The ACK for a 2xx, which is sent for every 2xx that arrives, always the same (RFC 3261 §13.2.2.4). */
export class Acknowledgement {
  readonly #request: SipRequest;
  readonly #branch: string;
  readonly #hop: SocketAddress;

  /**
   * @param invite as it went out; its credentials and its CSeq number go into the ACK
   * @param fallbackHop where the ACK goes if the dialog's first hop is no address
   * @param answer SDP, where the 2xx had the offer
   */
  constructor(
    private readonly core: AgentCore,
    dialog: Dialog,
    invite: SipRequest,
    fallbackHop: SocketAddress,
    answer?: string,
  ) {
    const { request, hopUri } = dialog.createRequest('ACK', invite.cseq?.sequence ?? 0);
    for (const name of CREDENTIALS) {
      for (const value of invite.headers.all(name)) request.headers.append(name, value);
    }
    if (answer !== undefined) {
      request.headers.append('Content-Type', SDP);
      request.body = Buffer.from(answer, 'utf8');
    }
    this.#request = request;
    this.#branch = core.layer.newBranch();
    this.#hop = addressOfUri(hopUri) ?? fallbackHop;
  }

  send(): void {
    this.core.layer.sendRequest(this.#request.clone(), { listener: this.core.listener, remote: this.#hop }, { branch: this.#branch });
  }
}
