import { conditionError } from './condition-error.ts';
import { COST, type CostMeter } from './cost.ts';
import { compare, differentTypesError } from './equality.ts';
import { indexList, numberKey } from './list-index.ts';
import { isScalar, numberOf, singleOf, typeName } from './values.ts';

/** For lists up to this length a linear search is faster than an index. */
const MAX_LINEAR_SEARCH_ELEMENTS = 16;

/**
 * Returns whether a value is an element of a list or a key of a map. `null` is empty. Throws if the value is not
 * found, but the container has elements or keys of another type.
 *
 * @param keyType the type of the keys of a map that the policy contains.
 */
export function isMember(
  value: unknown,
  container: unknown,
  meter: CostMeter,
  keyType?: string,
): boolean {
  if (container === null) return false;
  const sought = singleOf(value);
  if (Array.isArray(container) || container instanceof Set) {
    return isElement(sought, container, meter);
  }
  if (sought === null) return false;
  return isKey(sought, container as object, meter, keyType);
}

function isKey(
  value: unknown,
  container: object,
  meter: CostMeter,
  keyType: string | undefined,
): boolean {
  if (typeof value === 'string') meter.spend(value.length * COST.comparedCharacter);
  if (container instanceof Map && typeof value === 'string') return container.has(value);
  if (container.constructor === Object && isScalar(value)) {
    // A map literal stores its keys as strings, whatever their CEL type.
    if (keyType === typeName(value)) return Object.hasOwn(container, String(value));
  }
  throw conditionError(
    `cannot look for a value of type ${typeName(value)} among the keys of a map`,
  );
}

function isElement(value: unknown, list: ReadonlySet<unknown> | unknown[], meter: CostMeter) {
  const size = Array.isArray(list) ? list.length : list.size;
  const isIndexed = typeof value === 'string' || numberOf(value) !== undefined;
  if (size <= MAX_LINEAR_SEARCH_ELEMENTS || !isIndexed) {
    meter.spend(size * COST.comparedElement);
    return isAmong(value, list, meter);
  }
  const { strings, numbers, others } = indexList(list);
  meter.spend(COST.lookup);
  // If the value is not found, one element of each other type is enough to report the difference.
  if (typeof value === 'string') {
    meter.spend(value.length * COST.comparedCharacter);
    if (strings.has(value)) return true;
    return isAmong(value, numbers.size > 0 ? [...others, 0] : others, meter);
  }
  if (numbers.has(numberKey(numberOf(value) ?? 0))) return true;
  return isAmong(value, strings.size > 0 ? [...others, ''] : others, meter);
}

function isAmong(value: unknown, list: Iterable<unknown>, meter: CostMeter): boolean {
  let different: unknown;
  for (const element of list) {
    const equal = compare(value, element, meter);
    if (equal === true) return true;
    if (equal === undefined) different ??= element;
  }
  if (different !== undefined) throw differentTypesError(value, different);
  return false;
}
