/** Work has exceeded its time limit. Its `name` is the one that the AWS SDK and the platform use. */
export class TimeLimitError extends Error {
  override readonly name = 'TimeoutError';
}

/** Node treats a longer delay as 1 ms. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/**
 * Turns of the event loop that process what has already arrived before a time limit counts as exceeded. After a
 * long stretch of work the loop runs timers first, with the responses still unread in their sockets. A small
 * response takes one turn; a large one, which its stream pauses and resumes, one turn for every 64 KiB.
 */
const ARRIVAL_TURNS = 6;

/**
 * Calls a function after a time limit, once everything that has arrived at the process by then is processed.
 * Never calls it synchronously, not even without any time left.
 *
 * @returns a function that cancels the call.
 */
export function afterTimeLimit(milliseconds: number, onExceeded: () => void): () => void {
  let immediate: NodeJS.Immediate | undefined;
  const waitTurns = (turns: number) => {
    immediate = setImmediate(() => (turns > 1 ? waitTurns(turns - 1) : onExceeded()));
  };
  if (milliseconds <= 0) {
    waitTurns(ARRIVAL_TURNS);
    return () => clearImmediate(immediate);
  }
  const timer = setTimeout(() => waitTurns(ARRIVAL_TURNS), Math.min(milliseconds, MAX_DELAY_MS));
  return () => {
    clearTimeout(timer);
    clearImmediate(immediate);
  };
}

/**
 * Runs work with a time limit. When the limit is exceeded, or `stop` is aborted, the work's signal is aborted and
 * the promise rejects immediately: some work ignores the signal, such as the SDK's loading of credentials. What
 * has arrived by then still counts, see `afterTimeLimit`.
 *
 * The timer is our own because on Node 20 an `AbortSignal.timeout()` inside `AbortSignal.any()` can be
 * garbage-collected before it fires.
 *
 * @throws what `work` throws, `TimeLimitError`, or the reason of `stop`.
 */
export async function withTimeLimit<Value>(
  milliseconds: number,
  work: (signal: AbortSignal) => Promise<Value>,
  stop?: AbortSignal,
): Promise<Value> {
  stop?.throwIfAborted();
  const controller = new AbortController();
  const { signal } = controller;
  const onStop = () => controller.abort(stop?.reason);
  stop?.addEventListener('abort', onStop);
  const cancel = afterTimeLimit(milliseconds, () => {
    controller.abort(new TimeLimitError(`No response within ${milliseconds} ms.`));
  });
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  try {
    return await Promise.race([work(signal), aborted]);
  } finally {
    cancel();
    stop?.removeEventListener('abort', onStop);
  }
}

/** Resolves when work that does not reject has ended, or after a time limit, while the work continues. */
export function settledWithin(milliseconds: number, work: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const cancel = afterTimeLimit(milliseconds, resolve);
    void work.then(() => {
      cancel();
      resolve();
    });
  });
}
