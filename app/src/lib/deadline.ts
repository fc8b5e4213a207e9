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
