/**
 * Runs `work` and waits for it no longer than `limit` milliseconds or until `stop`, even if it does
 * not heed the signal that it is given.
 *
 * @throws what `work` throws, a `TimeoutError`, or the reason of `stop`.
 */
export async function withinTime<Value>(
  limit: number,
  stop: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  stop?.throwIfAborted();
  const control = new AbortController();
  const onStop = () => control.abort(stop?.reason);
  stop?.addEventListener('abort', onStop);
  // A timer of our own: on Node 20 an AbortSignal.timeout() inside AbortSignal.any() can be collected
  // as garbage before it fires.
  const timer = setTimeout(() => {
    control.abort(new DOMException(`No answer within ${limit} ms`, 'TimeoutError'));
  }, limit);
  try {
    return await Promise.race([work(control.signal), rejectOnAbort(control.signal)]);
  } finally {
    clearTimeout(timer);
    stop?.removeEventListener('abort', onStop);
  }
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
