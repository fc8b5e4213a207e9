import { Duration } from '@marcbachmann/cel-js/evaluator';

const MAX_INT = 2n ** 63n - 1n;
const MIN_INT = -(2n ** 63n);
const MAX_TIMESTAMP_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
/** 0001-01-01T00:00:00Z. */
const MIN_TIMESTAMP_MS = -62_135_596_800_000;
/** 10,000 years, the limit of google.protobuf.Duration. */
const MAX_DURATION_SECONDS = 315_576_000_000n;

/** Returns why a value exceeds the limits of its CEL type, which the library does not check everywhere. */
export function rangeIssue(value: unknown): string | undefined {
  if (typeof value === 'bigint' && (value > MAX_INT || value < MIN_INT)) {
    return `${value} does not fit into 64 bits`;
  }
  if (value instanceof Date) {
    const time = value.getTime();
    // Also true for an invalid date, whose time is NaN.
    if (!(time >= MIN_TIMESTAMP_MS && time <= MAX_TIMESTAMP_MS)) {
      return 'a timestamp must be between the years 1 and 9999';
    }
  }
  if (value instanceof Duration) {
    const { seconds } = value;
    if (seconds > MAX_DURATION_SECONDS || seconds < -MAX_DURATION_SECONDS) {
      return 'a duration must be shorter than 10000 years';
    }
  }
  return undefined;
}
