import { UsageError } from '../../../tools/errors.ts';

/** Groups pairs by name: a name can have several values. */
export function readMultiMap(
  pairs: readonly string[] = [],
  option: string,
  example: string,
): Record<string, string[]> {
  const values = new Map<string, string[]>();
  for (const pair of pairs) {
    const [name, value] = readPair(pair, option, example);
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  return Object.fromEntries(values);
}

/**
 * Splits an option such as `abuse.tor=true`.
 *
 * @throws UsageError if there is no name.
 */
export function readPair(
  pair: string,
  option: string,
  example: string,
): [name: string, value: string] {
  const equals = pair.indexOf('=');
  if (equals <= 0) {
    throw new UsageError(
      `${option} must be a name and a value, such as ${example}, got "${pair}".`,
    );
  }
  return [pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()];
}

/** Parses a claim as JSON; anything else is a text. */
export function readClaimValue(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
