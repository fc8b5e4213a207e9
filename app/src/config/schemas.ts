// As a namespace: the object `z` would add zod's messages in every language to the bundle.
import * as z from 'zod';
import { parseDurationSetting } from '../lib/duration.ts';

/**
 * A single value, as a trimmed string. Environment variables and `-c` pass strings, `cdk.json` also numbers
 * and booleans.
 *
 * @param expected completes "set it to …" when the option is required but not set.
 */
export function string(expected = 'a value') {
  return z
    .union([z.string(), z.number(), z.boolean()], {
      error: ({ input }) =>
        input === undefined
          ? `is not set: set it to ${expected}`
          : 'must be a single value, got a list or an object',
    })
    .transform((value) => String(value).trim());
}

/**
 * A value that `parse` accepts. Not for secrets or their ARNs: the issue contains the value.
 *
 * @param expected completes "must be …".
 * @param parse returns `undefined` for an invalid value.
 */
export function parsed<T>(expected: string, parse: (value: string) => T | undefined) {
  return string(expected).transform((value, context): T => {
    const result = parse(value);
    return result === undefined ? invalid(context, `must be ${expected}, got "${value}"`) : result;
  });
}

/** A string that matches a pattern. */
export function matching(pattern: RegExp, expected: string) {
  return parsed(expected, (value) => (pattern.test(value) ? value : undefined));
}

/** A whole number in a range that includes both ends. */
export function wholeNumber(min: number, max: number) {
  return parsed(`a whole number from ${min} to ${max}`, (value) => {
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    return number >= min && number <= max ? number : undefined;
  });
}

/** One of several strings, in any case. */
export function oneOf<const T extends string>(
  values: readonly T[],
  expected = `one of ${values.join(', ')}`,
) {
  return parsed(expected, (value) => values.find((candidate) => candidate === value.toLowerCase()));
}

export function flag() {
  return oneOf(['true', 'false'], 'true or false').transform((value) => value === 'true');
}

/** A duration such as `90s`, or a whole number of seconds; at least one second. Returns milliseconds. */
export function duration(max = '8760h') {
  return parsed(`a duration from 1s to ${max}, in the form 90s, 15m or 1h`, (value) =>
    parseDurationSetting(value, max),
  );
}

/** A list, or a comma-separated string. Empty entries are ignored. */
export function listOf<T extends z.ZodType>(entry: T) {
  return z.preprocess(
    (value) =>
      (Array.isArray(value) ? value : String(value).split(','))
        .map((each) => String(each).trim())
        .filter((each) => each !== ''),
    z.array(entry),
  );
}

/** Adds an issue. The message starts with a verb, because the option's name precedes it. */
export function invalid(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
}
