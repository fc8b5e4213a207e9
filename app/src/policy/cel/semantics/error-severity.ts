import { isSignalUnavailable } from '../signal-reader.ts';

/** Returns the first of two errors, unless it only says that a signal is unavailable and the second does not. */
export function moreSevere(first: unknown, second: unknown): unknown {
  if (first === undefined || second === undefined) return first ?? second;
  return isSignalUnavailable(first) && !isSignalUnavailable(second) ? second : first;
}
