/**
 * Evaluates conditions without stack traces of what they throw. A loop goes on behind an element on which
 * its condition fails: the traces of thousands of such errors, which nobody reads, would cost more than all
 * else. For many conditions at once: to turn them off costs as much as a short one. Not around anything
 * that is waited for.
 */
export function withoutStacks<T>(evaluate: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return evaluate();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
