import { conditionError } from '../semantics/condition-error.ts';

/**
 * Conditions have no use for deeper values, and a hostile body may nest thousands of lists. Reading one is an
 * error, so the condition fails: a value that cannot be evaluated must not help the client.
 */
const MAX_DEPTH = 16;

/** CEL compares lists and objects one by one. No real claim has more of them in one list. */
const MAX_NESTED_ELEMENTS = 500;

export function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

/**
 * Converts JSON to CEL values: integers become int, objects become maps, and an empty list becomes null, because the
 * identity server omits empty claims.
 *
 * @throws ConditionError if conditions do not support the value: too deep, too many objects, or a number beyond the
 * range of double.
 */
export function toCel(value: unknown, depth = 0): unknown {
  if (typeof value === 'number') return toCelNumber(value);
  if (typeof value !== 'object' || value === null) return value ?? null;
  if (depth === MAX_DEPTH) throw conditionError('a claim is nested too deeply');
  if (Array.isArray(value)) {
    if (isEmptyList(value)) return null;
    if (hasTooManyNested(value)) throw conditionError('a claim has too many lists and objects');
    return value.map((element) => toCel(element, depth + 1));
  }
  return new Map(Object.entries(value).map(([key, field]) => [key, toCel(field, depth + 1)]));
}

function toCelNumber(value: number): bigint | number {
  if (!Number.isFinite(value)) throw conditionError('a claim contains a number that is too large');
  return Number.isSafeInteger(value) ? BigInt(value) : value;
}

function hasTooManyNested(list: readonly unknown[]): boolean {
  if (list.length <= MAX_NESTED_ELEMENTS) return false;
  const nested = list.filter((element) => typeof element === 'object' && element !== null);
  return nested.length > MAX_NESTED_ELEMENTS;
}
