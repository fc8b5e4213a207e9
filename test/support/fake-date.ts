import { jest } from '@jest/globals';

/** Everything that Jest can fake, except Date. */
const NOT_FAKED = [
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
  'setTimeout',
  'clearTimeout',
] as const;

/** Sets and stops the date of this thread; timers run as usual. Ends with `startTimers`. @param time milliseconds since the epoch */
export function setDate(time: number): void {
  jest.useFakeTimers({ doNotFake: [...NOT_FAKED], now: time });
}
