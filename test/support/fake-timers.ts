import { jest } from '@jest/globals';

/** Everything that Jest can fake, except setTimeout, which timeouts use. */
const NOT_FAKED = [
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

/** Stops the timers of this thread until `advanceTimers` or `startTimers`. */
export function stopTimers(): void {
  jest.useFakeTimers({ doNotFake: [...NOT_FAKED] });
}

/** Runs the timers that are due within some milliseconds, before any data that has arrived is read. */
export function advanceTimers(milliseconds: number): void {
  jest.advanceTimersByTime(milliseconds);
}

/** Restores real timers. */
export function startTimers(): void {
  jest.useRealTimers();
}
