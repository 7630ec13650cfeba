/** What a layer has seen that no transaction shows. */
export interface LayerCounters {
  /** Datagrams that are no SIP message. */
  malformed: number;
  /** Empty datagrams and CRLFs, sent to keep a flow alive. */
  keepAlives: number;
  /** Responses that answer nothing of ours, or whose top Via is not ours. */
  strayResponses: number;
  /** Requests that came again. */
  retransmittedRequests: number;
  /** Responses that had nowhere to go, or that the system refused. */
  unsendable: number;
}

export function emptyCounters(): LayerCounters {
  return { malformed: 0, keepAlives: 0, strayResponses: 0, retransmittedRequests: 0, unsendable: 0 };
}
