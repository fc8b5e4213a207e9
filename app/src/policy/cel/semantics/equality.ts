import { Duration } from '@marcbachmann/cel-js/evaluator';
import { type ConditionError, conditionError } from './condition-error.ts';
import { COST, type CostMeter } from './cost.ts';
import { elementsOf, numberOf, typeName } from './values.ts';

/*
 * Equality of values whose types are known only at run time. In CEL, values of different types are unequal, so
 * `token.claims["level"] == 1` would be false for a claim "1", and a refusal would not happen. Here such a
 * comparison is an error, so the condition fails. null equals only null and the empty list, which the identity
 * server omits; int, uint and double are one type.
 */

/** Returns whether two values are equal; throws if their types differ. */
export function equals(a: unknown, b: unknown, meter: CostMeter): boolean {
  const equal = compare(a, b, meter);
  if (equal === undefined) throw differentTypesError(a, b);
  return equal;
}

/** Returns the error of a comparison of values of different types. */
export function differentTypesError(a: unknown, b: unknown): ConditionError {
  const hasSeveral = [a, b].some((value) => (elementsOf(value)?.length ?? 0) > 1);
  return conditionError(
    `cannot compare values of different types: ${typeName(a)} and ${typeName(b)}${hasSeveral ? ' of several values' : ''}`,
  );
}

/** Returns whether two values are equal; `undefined` if their types differ. */
export function compare(a: unknown, b: unknown, meter: CostMeter): boolean | undefined {
  if (typeof a === 'string' && typeof b === 'string') {
    if (a.length !== b.length) return false;
    meter.spend(a.length * COST.comparedCharacter);
    return a === b;
  }
  if (a === null || b === null) return isNullish(a) && isNullish(b);
  const [first, second] = [elementsOf(a), elementsOf(b)];
  if (first !== undefined && second !== undefined) return compareLists(first, second, meter);
  if (first !== undefined) return compareWithSingle(first, b, meter);
  if (second !== undefined) return compareWithSingle(second, a, meter);
  const [left, right] = [numberOf(a), numberOf(b)];
  if (left !== undefined && right !== undefined) {
    // biome-ignore lint/suspicious/noDoubleEquals: compares bigint and number by value, without rounding
    return left == right;
  }
  if (typeof a === 'boolean' && typeof b === 'boolean') return a === b;
  if (typeof a !== 'object' || typeof b !== 'object') return undefined;
  return compareObjects(a as object, b as object, meter);
}

function isNullish(value: unknown): boolean {
  return value === null || elementsOf(value)?.length === 0;
}

function compareLists(
  a: readonly unknown[],
  b: readonly unknown[],
  meter: CostMeter,
): boolean | undefined {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  meter.spend(a.length * COST.comparedElement);
  let isEqual = true;
  for (const [index, element] of a.entries()) {
    const equal = compare(element, b[index], meter);
    // Continues after a difference: an element of another type makes the whole comparison an error.
    if (equal === undefined) return undefined;
    isEqual &&= equal;
  }
  return isEqual;
}

function compareWithSingle(
  list: readonly unknown[],
  value: unknown,
  meter: CostMeter,
): boolean | undefined {
  if (list.length === 1) return compare(list[0], value, meter);
  return list.length === 0 ? false : undefined;
}

function compareObjects(a: object, b: object, meter: CostMeter): boolean | undefined {
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime();
  if (a instanceof Duration && b instanceof Duration) {
    return a.seconds === b.seconds && a.nanos === b.nanos;
  }
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    meter.spend(a.length * COST.comparedCharacter);
    return Buffer.compare(a, b) === 0;
  }
  const [first, second] = [entriesOf(a), entriesOf(b)];
  if (first !== undefined && second !== undefined) return compareMaps(first, second, meter);
  return a.constructor === b.constructor ? a === b : undefined;
}

function entriesOf(value: object): ReadonlyMap<unknown, unknown> | undefined {
  if (value.constructor === Map) return value as Map<unknown, unknown>;
  return value.constructor === Object ? new Map(Object.entries(value)) : undefined;
}

function compareMaps(
  a: ReadonlyMap<unknown, unknown>,
  b: ReadonlyMap<unknown, unknown>,
  meter: CostMeter,
): boolean | undefined {
  meter.spend(COST.comparedMap + (a.size + b.size) * COST.comparedElement);
  let isEqual = a.size === b.size;
  for (const [key, value] of a) {
    if (!b.has(key)) isEqual = false;
    else {
      const equal = compare(value, b.get(key), meter);
      if (equal === undefined) return undefined;
      isEqual &&= equal;
    }
  }
  return isEqual;
}
