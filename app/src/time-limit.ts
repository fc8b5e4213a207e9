/** The work took longer than it was given. Named as the SDK and the platform name it. */
export class TimeLimitExceeded extends Error {
  override readonly name = 'TimeoutError';
}

/**
 * Gives work a time limit in milliseconds. When it is over, or when `stop` says so, the signal is
 * aborted and the answer is its reason at once: some work (fetching credentials, say) does not hear
 * the signal. The timer is our own: on Node 20 an `AbortSignal.timeout()` inside `AbortSignal.any()`
 * can be collected as garbage before it fires. What has arrived by then is let in, for one turn of
 * the event loop: in a burst the thread may have been busy for longer than the limit, and the work be done.
 *
 * @throws what `work` throws, `TimeLimitExceeded`, or the reason of `stop`.
 */
export async function withTimeLimit<Value>(
  milliseconds: number,
  work: (signal: AbortSignal) => Promise<Value>,
  stop?: AbortSignal,
): Promise<Value> {
  stop?.throwIfAborted();
  const control = new AbortController();
  const { signal } = control;
  const onStop = () => control.abort(stop?.reason);
  stop?.addEventListener('abort', onStop);
  let lastTurn: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    lastTurn = setImmediate(() => {
      control.abort(new TimeLimitExceeded(`No answer within ${milliseconds} ms.`));
    });
  }, milliseconds);
  const ended = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  try {
    return await Promise.race([work(signal), ended]);
  } finally {
    clearTimeout(timer);
    clearImmediate(lastTurn);
    stop?.removeEventListener('abort', onStop);
  }
}
