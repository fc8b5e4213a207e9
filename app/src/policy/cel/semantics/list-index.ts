import { numberOf } from './values.ts';

/** The elements of a list by type, so that membership takes one lookup. */
interface ListIndex {
  readonly strings: Set<string>;
  readonly numbers: Set<bigint | number>;
  readonly others: readonly unknown[];
}

// Lists do not change: those of the policy are built once, those of a request once per request.
const indexes = new WeakMap<object, ListIndex>();

/**
 * Returns the index of a list, and builds it on first use. Does not count the cost: `COST.madeElement` includes
 * it, the lists of a request are bounded, and those of the policy are indexed at load time.
 */
export function indexList(list: ReadonlySet<unknown> | unknown[]): ListIndex {
  const known = indexes.get(list);
  if (known !== undefined) return known;
  const index = {
    strings: new Set<string>(),
    numbers: new Set<bigint | number>(),
    others: [] as unknown[],
  };
  for (const element of list) {
    const number = numberOf(element);
    if (typeof element === 'string') index.strings.add(element);
    else if (number !== undefined) index.numbers.add(numberKey(number));
    else if (element !== null) index.others.push(element);
  }
  indexes.set(list, index);
  return index;
}

/** Returns the same key for an int and a double of equal value. */
export function numberKey(value: bigint | number): bigint | number {
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value;
}
