/** The durations of one stack, in ms. All but Timer C, Timer D and the ringing repeat follow from T1, T2 and T4 in RFC 3261, table 4. */
export interface TimerValues {
  /** Round-trip time estimate; Timers A, E and G start from it. */
  readonly t1: number;
  /** The longest interval between retransmissions of a non-INVITE request or an INVITE response. */
  readonly t2: number;
  /** How long a message stays in the network. */
  readonly t4: number;
  /** INVITE client transaction without a response. */
  readonly timerB: number;
  /** A proxy's INVITE without a final response; more than three minutes (§16.6 item 11). */
  readonly timerC: number;
  /** How long an INVITE client transaction answers retransmitted finals; at least 32 s over UDP. */
  readonly timerD: number;
  /** Non-INVITE client transaction without a final response. */
  readonly timerF: number;
  /** INVITE server transaction without an ACK for its final. */
  readonly timerH: number;
  /** How long an INVITE server transaction absorbs retransmitted ACKs. */
  readonly timerI: number;
  /** How long a non-INVITE server transaction answers retransmitted requests. */
  readonly timerJ: number;
  /** How long a non-INVITE client transaction absorbs retransmitted finals. */
  readonly timerK: number;
  /** INVITE server transaction after a 2xx (RFC 6026 §7.1). */
  readonly timerL: number;
  /** INVITE client transaction after a 2xx (RFC 6026 §7.2). */
  readonly timerM: number;
  /** How long a server transaction waits for its user before it sends 100 Trying by itself (§17.2.1). */
  readonly trying: number;
  /** How often a ringing user agent repeats its provisional response (§13.3.1.1). */
  readonly ringRepeat: number;
}

const RFC3261_T1 = 500;

/** The RFC's durations, all scaled with T1: `scaledTimers(500)` are the RFC's own. */
export function scaledTimers(t1: number): TimerValues {
  const scale = t1 / RFC3261_T1;
  return {
    t1,
    t2: 4_000 * scale,
    t4: 5_000 * scale,
    timerB: 64 * t1,
    timerC: 181_000 * scale,
    timerD: 32_000 * scale,
    timerF: 64 * t1,
    timerH: 64 * t1,
    timerI: 5_000 * scale,
    timerJ: 64 * t1,
    timerK: 5_000 * scale,
    timerL: 64 * t1,
    timerM: 64 * t1,
    trying: 200 * scale,
    ringRepeat: 60_000 * scale,
  };
}

export const RFC3261_TIMERS: TimerValues = scaledTimers(RFC3261_T1);

/** Fifty times as fast as the RFC's: for elements that are all ours, on a network without delay. */
export const FAST_TIMERS: TimerValues = scaledTimers(10);
