import * as z from 'zod';
import { parseDuration } from '../../../src/lib/duration.ts';
import { describeValue } from '../../../src/policy/file/validate.ts';

/** Returns the schema of a value that a function parses. */
export function checked<T>(
  parse: (value: unknown) => T | undefined,
  describe: (value: string) => string,
): z.ZodType<T> {
  return z.unknown().transform((value, context): T => {
    const parsed = parse(value);
    if (parsed !== undefined) return parsed;
    context.addIssue(describe(describeValue(value)));
    return z.NEVER;
  });
}

export const DURATION_HINT = 'write 90s, 15m, 1h or a number of seconds';

/** Seconds. */
export const duration = checked(
  parseDuration,
  (value) => `${value} is not a valid duration; ${DURATION_HINT}`,
);
