import { candidates } from '../../cel/analysis/candidates.ts';
import {
  atomsOf,
  type Comparison,
  type Formula,
  type Variable,
} from '../../cel/analysis/formula.ts';
import type { Value } from '../../cel/analysis/restrictions.ts';
import { FAILS, MISSING, type State, UNKNOWN, UNKNOWN_TRUE, type World } from './outcome.ts';

/*
 * Imagines every request in which formulas can differ: each combination of values that the formulas distinguish, with
 * known and unknown signals. Some of them are impossible, so what is true in all worlds is true for all requests.
 */

/** A part of a world with its possible states. */
interface Dimension {
  readonly key: string;
  readonly kind: 'unit' | 'variable' | 'opaque' | 'date';
  readonly unit: string | undefined;
  readonly states: readonly State[];
}

/** Limits the time that checks take: the worlds that all checks of a policy may imagine. */
export class Budget {
  #left: number;
  constructor(worlds: number) {
    this.#left = worlds;
  }
  /** Returns false when the budget is used up. */
  spend(): boolean {
    this.#left -= 1;
    return this.#left >= 0;
  }
}

/** Worlds that one question may imagine. */
const MAX_WORLDS = 20_000;

/** The answer to a question about all worlds; undefined if it would take too long. */
export type Answer = boolean | undefined;

/**
 * Returns whether all worlds satisfy a test.
 *
 * @param first the formula that is considered first.
 * @param isRelevant returns whether a world must be tested; it may depend on the first formula only.
 */
export function holdsInAllWorlds(
  first: Formula,
  others: readonly Formula[],
  {
    isRelevant = () => true,
    test,
    budget,
  }: {
    readonly isRelevant?: (world: World) => boolean;
    readonly test: (world: World) => boolean;
    readonly budget: Budget;
  },
): Answer {
  // Finding the dimensions takes as long as many worlds, so nothing is imagined without a budget.
  if (!budget.spend()) return undefined;
  const own = dimensionsOf([first], [first, ...others]);
  const ownKeys = new Set(own.map(({ key }) => key));
  const further = dimensionsOf(others, [first, ...others]).filter(({ key }) => !ownKeys.has(key));
  const dimensions = [...own, ...further];
  const states = new Map<string, State>();
  const world: World = { states, isAddressUnknown: false, date: '' };
  let left = MAX_WORLDS;

  function visit(index: number): Answer {
    if (index === own.length) {
      left -= 1;
      if (left < 0 || !budget.spend()) return undefined;
      if (!isRelevant(world)) return true;
    }
    const dimension = dimensions[index];
    if (dimension === undefined) {
      left -= 1;
      return left < 0 || !budget.spend() ? undefined : test(world);
    }
    for (const state of statesIn(dimension)) {
      states.set(dimension.key, state);
      if (dimension.key === ADDRESS) world.isAddressUnknown = state === UNKNOWN;
      if (dimension.kind === 'date') world.date = String(state);
      const answer = visit(index + 1);
      if (answer !== true) return answer;
    }
    return true;
  }

  /** The states that are possible with those of the signals. */
  function statesIn({ kind, unit, states: all }: Dimension): readonly State[] {
    const isUnknown =
      unit !== undefined && (world.isAddressUnknown || states.get(`unit ${unit}`) === UNKNOWN);
    if (kind === 'unit') return world.isAddressUnknown && unit !== 'address' ? [UNKNOWN] : all;
    if (kind === 'variable' && isUnknown) return [UNKNOWN];
    if (kind === 'opaque' && isUnknown) {
      return all.filter((state) => state === UNKNOWN || state === UNKNOWN_TRUE);
    }
    return all;
  }

  return visit(0);
}

const ADDRESS = 'unit address';

/** Returns the dimensions of some formulas, with the states that all formulas distinguish. */
function dimensionsOf(own: readonly Formula[], all: readonly Formula[]): Dimension[] {
  const ownAtoms = own.flatMap(atomsOf);
  const allAtoms = all.flatMap(atomsOf);
  const comparisons = allAtoms.filter((atom) => atom.op === 'compare');
  const dimensions = new Map<string, Dimension>();
  const add = (dimension: Dimension) => {
    if (!dimensions.has(dimension.key)) dimensions.set(dimension.key, dimension);
  };
  const units = ownAtoms.flatMap((atom) => unitsOf(atom));
  for (const unit of units.length > 0 ? ['address', ...units] : []) {
    add({ key: `unit ${unit}`, kind: 'unit', unit, states: [true, UNKNOWN] });
  }
  const dates = [...new Set(comparisons.flatMap((atom) => atom.dates))];
  if (dates.length > 0 && ownAtoms.some((atom) => atom.op === 'compare' && atom.dates.length > 0)) {
    // The days on which entries still apply, and one on which none does.
    add({ key: 'date', kind: 'date', unit: undefined, states: [...dates, '9999'] });
  }
  for (const atom of ownAtoms) {
    if (atom.op === 'opaque') {
      const states: State[] = [true, false];
      if (atom.mayFail) states.push(FAILS);
      if (atom.readsSignal) states.push(UNKNOWN);
      if (atom.readsSignal && atom.testsAbsence) states.push(UNKNOWN_TRUE);
      const unit = atom.readsSignal ? 'address' : undefined;
      add({ key: atom.key, kind: 'opaque', unit, states });
    } else {
      const { variable } = atom;
      // Its values are those that all comparisons distinguish.
      if (dimensions.has(variable.key)) continue;
      const same = comparisons.filter((other) => other.variable.key === variable.key);
      const states: State[] = valuesOf(variable, same, [...dates, '9999']);
      if (variable.mayBeMissing) states.push(MISSING);
      add({ key: variable.key, kind: 'variable', unit: variable.unit, states });
    }
  }
  return [...dimensions.values()];
}

function unitsOf(atom: ReturnType<typeof atomsOf>[number]): string[] {
  if (atom.op === 'opaque') return atom.readsSignal ? ['address'] : [];
  return atom.variable.unit === undefined ? [] : [atom.variable.unit];
}

/** Returns one value for each combination of results of the comparisons, at all dates. */
function valuesOf(
  variable: Variable,
  comparisons: readonly Comparison[],
  dates: readonly string[],
): Value[] {
  const byResults = new Map<string, Value>();
  for (const value of possibleValues(variable, comparisons)) {
    const results = comparisons.flatMap(({ allows, dates: own }) =>
      (own.length > 0 ? dates : ['']).map((date) => allows(value, date)),
    );
    const key = results.join();
    if (!byResults.has(key)) byResults.set(key, value);
  }
  return [...byResults.values()];
}

function possibleValues(variable: Variable, comparisons: readonly Comparison[]): Value[] {
  // The operand of `has` has no type, but the same field elsewhere may have one.
  const node =
    comparisons.map((one) => one.variable.node).find((one) => one?.checkedType) ?? variable.node;
  if (node === undefined) return [true, false];
  return candidates(node, new Set(comparisons.flatMap(({ bounds }) => bounds)));
}
