/** Runs `task` once after `delay` milliseconds; the returned function cancels it. */
export type Schedule = (task: () => Promise<void>, delay: number) => () => void;

/** Schedules on a timer that does not keep the process alive. */
export const scheduleTimer: Schedule = (task, delay) => {
  const timer = setTimeout(() => void task(), delay);
  timer.unref();
  return () => clearTimeout(timer);
};

const MAX_JITTER = 0.2;

/**
 * Shortens a delay by up to a fifth: tasks that start together must not call another service together for ever.
 *
 * @param random from 0 to 1.
 */
export function jittered(delay: number, random: () => number): number {
  return delay * (1 - MAX_JITTER * random());
}
