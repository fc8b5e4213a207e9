import { Duration } from '@marcbachmann/cel-js/evaluator';
import { conditionError } from './condition-error.ts';
import { COST, type CostMeter } from './cost.ts';
import { indexList, numberKey } from './list-index.ts';
import { elementsOf, isScalar, numberOf, singleOf, typeName } from './values.ts';

/*
 * Equality of values whose types only the request decides. CEL calls values of different types unequal, so
 * that `token.claims["level"] == 1` would be false for a claim "1", and its refusal would not happen. Here
 * that fails, and with it the condition. null equals only null and the empty list, which the identity
 * server leaves out; int, uint and double are one type.
 */

/** Returns whether two values are equal; throws where their types differ. */
export function equals(a: unknown, b: unknown, work: CostMeter): boolean {
  const equal = compare(a, b, work);
  if (equal === undefined) throw differentTypes(a, b);
  return equal;
}

function differentTypes(a: unknown, b: unknown) {
  const several = [a, b].some((value) => (elementsOf(value)?.length ?? 0) > 1);
  return conditionError(
    `cannot compare values of different types: ${typeName(a)} and ${typeName(b)}${several ? ' of several values' : ''}`,
  );
}

/** Whether two values are equal; `undefined` where their types differ. */
function compare(a: unknown, b: unknown, work: CostMeter): boolean | undefined {
  if (typeof a === 'string' && typeof b === 'string') {
    if (a.length !== b.length) return false;
    work.spend(a.length * COST.comparedCharacter);
    return a === b;
  }
  if (a === null || b === null) return isNothing(a) && isNothing(b);
  const [first, second] = [elementsOf(a), elementsOf(b)];
  if (first !== undefined && second !== undefined) return compareLists(first, second, work);
  if (first !== undefined) return compareWithOne(first, b, work);
  if (second !== undefined) return compareWithOne(second, a, work);
  const [left, right] = [numberOf(a), numberOf(b)];
  if (left !== undefined && right !== undefined) {
    // biome-ignore lint/suspicious/noDoubleEquals: compares bigint and number by value, without rounding
    return left == right;
  }
  if (typeof a === 'boolean' && typeof b === 'boolean') return a === b;
  if (typeof a !== 'object' || typeof b !== 'object') return undefined;
  return compareObjects(a as object, b as object, work);
}

/** The empty list counts as null: the identity server leaves a claim without values out. */
function isNothing(value: unknown): boolean {
  return value === null || elementsOf(value)?.length === 0;
}

function compareLists(
  a: readonly unknown[],
  b: readonly unknown[],
  work: CostMeter,
): boolean | undefined {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  work.spend(a.length * COST.comparedElement);
  let equal = true;
  for (const [index, element] of a.entries()) {
    const one = compare(element, b[index], work);
    // An element of another type fails all, also behind one that differs.
    if (one === undefined) return undefined;
    equal &&= one;
  }
  return equal;
}

function compareWithOne(
  list: readonly unknown[],
  value: unknown,
  work: CostMeter,
): boolean | undefined {
  if (list.length === 1) return compare(list[0], value, work);
  return list.length === 0 ? false : undefined;
}

function compareObjects(a: object, b: object, work: CostMeter): boolean | undefined {
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime();
  if (a instanceof Duration && b instanceof Duration) {
    return a.seconds === b.seconds && a.nanos === b.nanos;
  }
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    work.spend(a.length * COST.comparedCharacter);
    return Buffer.compare(a, b) === 0;
  }
  const [first, second] = [entriesOf(a), entriesOf(b)];
  if (first !== undefined && second !== undefined) return compareMaps(first, second, work);
  return a.constructor === b.constructor ? a === b : undefined;
}

function entriesOf(value: object): ReadonlyMap<unknown, unknown> | undefined {
  if (value.constructor === Map) return value as Map<unknown, unknown>;
  return value.constructor === Object ? new Map(Object.entries(value)) : undefined;
}

function compareMaps(
  a: ReadonlyMap<unknown, unknown>,
  b: ReadonlyMap<unknown, unknown>,
  work: CostMeter,
): boolean | undefined {
  work.spend(COST.comparedMap + (a.size + b.size) * COST.comparedElement);
  let equal = a.size === b.size;
  for (const [key, value] of a) {
    if (!b.has(key)) equal = false;
    else {
      const one = compare(value, b.get(key), work);
      if (one === undefined) return undefined;
      equal &&= one;
    }
  }
  return equal;
}

/** Up to here a search from end to end is quicker than a set. */
const MAX_SEARCHED_ELEMENTS = 16;

/**
 * Returns whether a value is an element of a list or a key of a map. Throws where it is not found and
 * something there has another type. Nothing is in null.
 *
 * @param keyType the type of the map's keys, where the policy says it.
 */
export function isIn(
  value: unknown,
  container: unknown,
  work: CostMeter,
  keyType?: string,
): boolean {
  if (container === null) return false;
  const sought = singleOf(value);
  if (Array.isArray(container) || container instanceof Set) {
    return isElement(sought, container, work);
  }
  if (sought === null) return false;
  return isKey(sought, container as object, work, keyType);
}

function isKey(
  value: unknown,
  container: object,
  work: CostMeter,
  keyType: string | undefined,
): boolean {
  if (typeof value === 'string') work.spend(value.length * COST.comparedCharacter);
  if (container instanceof Map && typeof value === 'string') return container.has(value);
  if (container.constructor === Object && isScalar(value)) {
    // A map that the policy writes has its keys as texts, whatever their type.
    if (keyType === typeName(value)) return Object.hasOwn(container, String(value));
  }
  throw conditionError(
    `cannot look for a value of type ${typeName(value)} among the keys of a map`,
  );
}

function isElement(value: unknown, list: ReadonlySet<unknown> | unknown[], work: CostMeter) {
  const size = Array.isArray(list) ? list.length : list.size;
  if (
    size <= MAX_SEARCHED_ELEMENTS ||
    !(typeof value === 'string' || numberOf(value) !== undefined)
  ) {
    work.spend(size * COST.comparedElement);
    return isAmong(value, list, work);
  }
  const { strings, numbers, others } = indexList(list);
  work.spend(COST.lookup);
  if (typeof value === 'string') {
    work.spend(value.length * COST.comparedCharacter);
    if (strings.has(value)) return true;
    return isAmong(value, numbers.size > 0 ? [...others, 0] : others, work);
  }
  if (numbers.has(numberKey(numberOf(value) ?? 0))) return true;
  return isAmong(value, strings.size > 0 ? [...others, ''] : others, work);
}

function isAmong(value: unknown, list: Iterable<unknown>, work: CostMeter): boolean {
  let different: unknown;
  for (const element of list) {
    const equal = compare(value, element, work);
    if (equal === true) return true;
    if (equal === undefined) different ??= element;
  }
  if (different !== undefined) throw differentTypes(value, different);
  return false;
}
