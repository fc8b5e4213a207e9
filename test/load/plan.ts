/** Requests to send: one for each address, in this order, dealt to the origins in turn. */
export interface Plan {
  readonly origins: readonly string[];
  readonly addresses: readonly string[];
  readonly pace: Pace;
  /** Most connections to each origin, of which all stay in use. @default as many as there are requests under way */
  readonly connections?: number;
}

export type Pace =
  /** Open loop: sent by schedule, whether or not earlier ones were answered. */
  | { readonly perSecond: number }
  /** Closed loop: so many under way at each origin, as from a client with a pool of connections. */
  | { readonly inFlight: number };

/** What came of a plan; the lists go by the place of the address in it. */
export interface Report {
  /** From the first request to the last answer. */
  readonly seconds: number;
  /** From when a request was due to having its whole answer. */
  readonly milliseconds: readonly number[];
  /** Index of the answer in `answers`. */
  readonly answer: readonly number[];
  /** The different answers: status and body, or `error` and why there was none. */
  readonly answers: readonly string[];
  /** Requests under way, looked at ten times a second. */
  readonly inFlight: readonly number[];
  /** Milliseconds of processor time that the sending took. */
  readonly cpu: number;
}
