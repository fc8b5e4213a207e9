/** Requests to send: one for each address, distributed over the origins round-robin. */
export interface Plan {
  readonly origins: readonly string[];
  readonly addresses: readonly string[];
  /** Concurrent requests to each origin, as from a client with a connection pool of this size. */
  readonly concurrency: number;
}

/** The responses to a plan's requests. */
export interface Report {
  /** The distinct responses: status and body, or `error` and its code. */
  readonly responses: readonly string[];
  /** For each address of the plan, the index of its response. */
  readonly responseIndexes: readonly number[];
}
