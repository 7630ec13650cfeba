/** What one server holds; all are zero when every call has ended and its transactions have run out. */
export interface HeldEntries {
  /** Requests from the network that an application has not answered. */
  readonly pendingRequests: number;
  /** Requests from the network that may still be answered, by their transaction id. */
  readonly serverTransactions: number;
  /** Requests of the applications that wait for their final response. */
  readonly outgoingRequests: number;
  readonly dialogs: number;
  /** Proxied requests under way. */
  readonly proxies: number;
  /** SIP transactions of the layer below, which outlive the calls by the RFC's timers. */
  readonly transactions: number;
}

export interface ServerCounters {
  readonly entries: HeldEntries;
  /** Connections that have authenticated. */
  readonly applications: number;
  /** Connections of any kind. */
  readonly connections: number;
}
