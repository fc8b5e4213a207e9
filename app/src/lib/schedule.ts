/** Runs `task` once after `delayMs`; the returned function cancels it. */
export type Schedule = (task: () => Promise<void>, delayMs: number) => () => void;

/** Schedules with a timer that does not keep the process alive. */
export const scheduleTimer: Schedule = (task, delayMs) => {
  const timer = setTimeout(() => void task(), delayMs);
  timer.unref();
  return () => clearTimeout(timer);
};

const MAX_JITTER = 0.2;

/**
 * Shortens a delay by up to 20 %, so that tasks that start at the same time do not call another service at the
 * same time for ever.
 *
 * @param random returns a number from 0 to 1.
 */
export function withJitter(delayMs: number, random: () => number): number {
  return delayMs * (1 - MAX_JITTER * random());
}
