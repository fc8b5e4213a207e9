/** The work took longer than it was given. Named as the SDK and the platform name it. */
export class TimeLimitExceeded extends Error {
  override readonly name = 'TimeoutError';
}

/** Node runs a timer with a longer delay at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Turns of the event loop in which what has arrived is processed before a wait ends. After a long stretch of
 * work the loop runs timers first, with the responses still unread in their sockets. One turn reads a small
 * response to its end; a large one, which its stream pauses and resumes, takes a turn for every 64 KiB.
 */
const ARRIVAL_TURNS = 6;

/**
 * Calls back when a time in milliseconds is over and what has arrived at the process by then is processed,
 * unless the returned function cancels it. Never calls back at once, not even when no time is left.
 */
export function afterTimeLimit(milliseconds: number, onOver: () => void): () => void {
  let immediate: NodeJS.Immediate | undefined;
  const waitTurns = (turns: number) => {
    immediate = setImmediate(() => (turns > 1 ? waitTurns(turns - 1) : onOver()));
  };
  if (milliseconds <= 0) {
    waitTurns(ARRIVAL_TURNS);
    return () => clearImmediate(immediate);
  }
  const timer = setTimeout(() => waitTurns(ARRIVAL_TURNS), Math.min(milliseconds, MAX_TIMER_MS));
  return () => {
    clearTimeout(timer);
    clearImmediate(immediate);
  };
}

/**
 * Gives work a time limit in milliseconds. When it is over, or when `stop` says so, the signal is
 * aborted and the answer is its reason at once: some work (fetching credentials, say) does not hear
 * the signal. The timer is our own: on Node 20 an `AbortSignal.timeout()` inside `AbortSignal.any()`
 * can be collected as garbage before it fires. What has arrived by then still counts (`afterTimeLimit`).
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
  const cancel = afterTimeLimit(milliseconds, () => {
    control.abort(new TimeLimitExceeded(`No answer within ${milliseconds} ms.`));
  });
  const ended = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  try {
    return await Promise.race([work(signal), ended]);
  } finally {
    cancel();
    stop?.removeEventListener('abort', onStop);
  }
}
