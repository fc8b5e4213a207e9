import { jest } from '@jest/globals';

/** Everything that Jest can replace, but for the timers that limits are made of. */
const REAL = [
  'Date',
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
] as const;

/** Stops the timers of this thread until `letTimePass` or the end of the test. */
export function stopTimers(): void {
  jest.useFakeTimers({ doNotFake: [...REAL] });
}

/** Lets the timers run that are due within some milliseconds, before anything that has arrived is noticed. */
export function letTimePass(milliseconds: number): void {
  jest.advanceTimersByTime(milliseconds);
}

export function startTimers(): void {
  jest.useRealTimers();
}
