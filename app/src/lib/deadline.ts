/**
 * The one time limit of a request, handed down to whatever waits. Whoever runs out of it answers
 * `unknown(timeout)` and leaves the decision to the policy.
 */
export interface Deadline {
  /** Milliseconds left, never below zero. */
  remaining(): number;
}

/** A deadline `milliseconds` from now, on the monotonic clock: a wall clock set back cannot stretch it. */
export function deadlineAfter(milliseconds: number): Deadline {
  const end = performance.now() + milliseconds;
  return { remaining: () => Math.max(0, end - performance.now()) };
}
