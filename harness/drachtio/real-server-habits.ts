/**
 * Where the real server (drachtio-server v0.9.10) does not do what the RFCs say and an application can see it. By default this
 * server has the same habits; `strict` has the RFCs' way. docs/drachtio.md has a row for each.
 */
export interface Habits {
  /** The 100 goes out at once and outside the transaction, so that a repeated INVITE gets none. RFC 3261 §17.2.1: the 100 is repeated. */
  readonly statelessTrying: boolean;
  /** A request that no application answers for 64 s is forgotten without a reply. RFC 3261 §8.2: every request is answered. */
  readonly forgetsSilently: boolean;
  /** A user agent client's INVITE is repeated for the first time after 2·T1. RFC 3261 §17.1.1.2: after T1. */
  readonly lateTimerA: boolean;
  /** Only 200 makes a dialog of an INVITE. RFC 3261 §12.1: every 2xx does. */
  readonly only200MakesDialogs: boolean;
  /** Responses go to the port that the request came from, asked for or not. RFC 3581 §4: only where the sender asks with `rport`. */
  readonly alwaysSymmetric: boolean;
  /** A CANCEL that comes after the 200 gets a 481, and the call a BYE. RFC 3261 §9.2: a 200, and the call stays. */
  readonly cancelAfter200EndsCall: boolean;
  /** Requests of a dialog go to the address that its peer sends from, if its Contact names another. RFC 3261 §12.2.1.1: to the Contact. */
  readonly mendsContacts: boolean;
  /** `remove_route` takes away all of an application's routes. */
  readonly removesAllRoutes: boolean;
  /** The protocol stands empty in what is said of an ACK, and of a response inside a dialog. */
  readonly leavesProtocolOut: boolean;
  /** A proxied final response is sent once; a lost one is lost. RFC 3261 §17.2.1: repeated until its ACK comes. */
  readonly proxiesFinalsOnce: boolean;
  /** The ACK of a proxied INVITE's failure is addressed to `sip:` and the peer's address. RFC 3261 §17.1.1.3: to the INVITE's Request-URI. */
  readonly proxyAcksToPeer: boolean;
  /** A `proxy` command's final timeout is read and not used. */
  readonly ignoresFinalTimeout: boolean;
  /** 401, 407, 415, 420 and 484 win over others, a challenge ends the search, and a 503 is passed on. RFC 3261 §16.7 items 5 to 7. */
  readonly ranksFinalsItsWay: boolean;
  /** Requests of proxied dialogs pass without their Max-Forwards being counted. RFC 3261 §16.3, §16.6. */
  readonly ignoresMaxForwardsInDialogs: boolean;
}

export const REAL_SERVER_HABITS: Habits = all(true);
export const RFC_HABITS: Habits = all(false);

function all(on: boolean): Habits {
  return {
    statelessTrying: on,
    forgetsSilently: on,
    lateTimerA: on,
    only200MakesDialogs: on,
    alwaysSymmetric: on,
    cancelAfter200EndsCall: on,
    mendsContacts: on,
    removesAllRoutes: on,
    leavesProtocolOut: on,
    proxiesFinalsOnce: on,
    proxyAcksToPeer: on,
    ignoresFinalTimeout: on,
    ranksFinalsItsWay: on,
    ignoresMaxForwardsInDialogs: on,
  };
}

/** Whether a response to an INVITE or SUBSCRIBE makes a dialog, or keeps it. */
export function makesDialog(habits: Habits, method: string, status: number): boolean {
  if (status < 200 || status >= 300) return false;
  if (status === 200) return true;
  return method === 'SUBSCRIBE' ? status === 202 : !habits.only200MakesDialogs;
}
