import { atomsOf, type Comparison, type Formula } from '../../cel/analysis/formula.ts';

/*
 * A quick test before two formulas are compared in all worlds: most pairs of rules have little in common.
 */

interface Shape {
  /** The keys of the variables and opaque parts. */
  readonly keys: ReadonlySet<string>;
  /** The comparisons that must all be true. */
  readonly required: readonly Comparison[];
}

const shapes = new WeakMap<Formula, Shape>();

/** Values of a comparison that are tried. */
const MAX_TRIED_VALUES = 8;

/** Returns false if a formula certainly does not imply another one. Most of the other pairs do not either. */
export function mayImply(formula: Formula, other: Formula): boolean {
  if (other.op === 'constant') return other.value;
  const own = shapeOf(formula);
  const { keys, required } = shapeOf(other);
  if (![...keys].some((key) => own.keys.has(key))) return false;
  return required.every((wanted) => {
    const { key } = wanted.variable;
    if (!own.keys.has(key)) return false;
    const same = own.required.filter(({ variable }) => variable.key === key);
    if (same.length === 0) return true;
    const values = [...same, wanted].flatMap(({ bounds }) => bounds.slice(0, MAX_TRIED_VALUES));
    // The formula may be true for such a value, for which the other one is false.
    return !values.some(
      (value) => same.every(({ allows }) => allows(value, '')) && !wanted.allows(value, ''),
    );
  });
}

/** Returns whether a formula tests nothing but what another one tests, too. */
export function isAbout(formula: Formula, other: Formula): boolean {
  const { keys } = shapeOf(formula);
  const others = [...shapeOf(other).keys];
  return others.length > 0 && others.every((key) => keys.has(key));
}

function shapeOf(formula: Formula): Shape {
  const known = shapes.get(formula);
  if (known !== undefined) return known;
  const keys = atomsOf(formula).map((atom) =>
    atom.op === 'opaque' ? atom.key : atom.variable.key,
  );
  const shape = { keys: new Set(keys), required: requiredBy(formula) };
  shapes.set(formula, shape);
  return shape;
}

function requiredBy(formula: Formula): Comparison[] {
  if (formula.op === 'and') return [...requiredBy(formula.left), ...requiredBy(formula.right)];
  return formula.op === 'compare' ? [formula] : [];
}
