/** The longest deadline of a decision. The identity server gives up after 3 s (Asgardeo) or 5 s, and retries once. */
export const MAX_DECISION_DEADLINE_MS = 2_500;

/** The time limit of a request, passed to every step that waits. A step that exceeds it yields `unknown(timeout)`. */
export interface Deadline {
  /** Returns the milliseconds left, at least 0. */
  remaining(): number;
}

/** Creates a deadline by the monotonic clock, which setting the system time does not affect. */
export function deadlineAfter(milliseconds: number): Deadline {
  const end = performance.now() + milliseconds;
  return { remaining: () => Math.max(0, end - performance.now()) };
}
