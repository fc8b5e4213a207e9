import type { Environment } from '@marcbachmann/cel-js';

/** Up to here a search from end to end is quicker than a set. */
const SHORT = 16;

/**
 * CEL compares every element of a list; in a set a text, a number or a boolean is found at once. A loop
 * over one list of the request that looks each element up in another would otherwise take a second. The
 * forms with dyn are for values that only the request gives a type: without them both the other forms
 * and CEL's own operator would fit, and CEL does not choose.
 */
export function registerFastMembership(environment: Environment): void {
  // Lists of the policy are sets already; those of the request stay the same while it is decided.
  const sets = new WeakMap<readonly unknown[], ReadonlySet<unknown>>();
  const setOf = (list: readonly unknown[]) => {
    const known = sets.get(list) ?? new Set(list);
    sets.set(list, known);
    return known;
  };
  const contains = (value: unknown, list: ReadonlySet<unknown> | readonly unknown[]) => {
    if (!Array.isArray(list)) return (list as ReadonlySet<unknown>).has(value);
    return list.length > SHORT ? setOf(list).has(value) : list.includes(value);
  };
  for (const type of ['string', 'int', 'double', 'bool']) {
    environment.registerOperator(`${type} in list<${type}>`, contains);
    environment.registerOperator(`dyn<${type}> in list<${type}>`, contains);
  }
}
