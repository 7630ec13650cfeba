/** A final response that the proxy gives itself, in place of forwarding. */
export interface Rejection {
  readonly status: number;
  /** Instead of the code's usual phrase. */
  readonly reason?: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
}
