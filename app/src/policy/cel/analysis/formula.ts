import type { ParsedList } from '../../lists.ts';
import type { Node } from '../library/node.ts';
import { someNode } from '../library/syntax-tree.ts';
import { SIGNAL_OF } from '../signal-variables.ts';
import type { Constants } from './constant-issues.ts';
import { type Membership, membershipOf } from './list-membership.ts';
import { type Restriction, restrictionOf, type Value } from './restrictions.ts';
import { isPureTest, subjectOf } from './subjects.ts';
import { keyOf } from './syntax-key.ts';

/*
 * A condition as a formula of propositional logic, whose atoms compare a field with constants. Two conditions with the
 * same atoms can then be compared: one may imply the other. What is not understood is an opaque atom, which has the
 * same result wherever it occurs.
 */

export type Formula =
  | { readonly op: 'constant'; readonly value: boolean }
  | { readonly op: 'not'; readonly of: Formula }
  | { readonly op: 'and' | 'or'; readonly left: Formula; readonly right: Formula }
  | {
      readonly op: 'if';
      readonly condition: Formula;
      readonly whenTrue: Formula;
      readonly whenFalse: Formula;
    }
  | Comparison
  | { readonly op: 'has'; readonly variable: Variable }
  | Opaque;

/** A field of the request or of a signal. */
export interface Variable {
  /** The same for equal expressions. */
  readonly key: string;
  /** The expression; `undefined` for a test such as `address.within("list")`, which is true or false. */
  readonly node: Node | undefined;
  /** The signal, or its part, whose absence makes the field unknown; `undefined` if the request always has the field. */
  readonly unit: string | undefined;
  /** Whether the field can be missing while the signal is known. */
  readonly mayBeMissing: boolean;
}

export interface Comparison {
  readonly op: 'compare';
  readonly variable: Variable;
  readonly bounds: readonly Value[];
  /** The last days on which entries of lists apply, `YYYY-MM-DD`. */
  readonly dates: readonly string[];
  /** @param date `YYYY-MM-DD`. */
  readonly allows: (value: Value, date: string) => boolean;
}

export interface Opaque {
  readonly op: 'opaque';
  readonly key: string;
  /** Whether it reads a signal, which may be unknown. */
  readonly readsSignal: boolean;
  /** Whether it may be true without an unknown signal, as `has` and `.?` may. */
  readonly testsAbsence: boolean;
  readonly mayFail: boolean;
}

/** Returns a type-checked condition as a formula. */
export function formulaOf(
  node: Node,
  constants: Constants,
  lists: ReadonlyMap<string, ParsedList>,
): Formula {
  const convert = (part: Node): Formula => formulaOf(part, constants, lists);
  const constant = constants.get(node);
  if (typeof constant === 'boolean') return { op: 'constant', value: constant };
  switch (node.op) {
    case '!_':
      return { op: 'not', of: convert(node.args) };
    case '&&':
    case '||': {
      const [left, right] = node.args;
      return { op: node.op === '&&' ? 'and' : 'or', left: convert(left), right: convert(right) };
    }
    case '?:': {
      const [condition, whenTrue, whenFalse] = node.args.map(convert) as [
        Formula,
        Formula,
        Formula,
      ];
      return { op: 'if', condition, whenTrue, whenFalse };
    }
    case 'call': {
      const [name, [field]] = node.args;
      const variable = name === 'has' && field !== undefined ? variableOf(field) : undefined;
      return variable?.unit === undefined ? opaque(node, constants) : { op: 'has', variable };
    }
    default:
      return (
        comparisonOf(node, constants, lists) ?? testOf(node, constants) ?? opaque(node, constants)
      );
  }
}

/** Above, a comparison is opaque: the values of its variable are tried one by one. */
const MAX_BOUNDS = 1000;

function comparisonOf(
  node: Node,
  constants: Constants,
  lists: ReadonlyMap<string, ParsedList>,
): Comparison | undefined {
  const restriction =
    restrictionOf(node, constants) ??
    (node.op === 'in' ? membershipOf(node, constants, lists, MAX_BOUNDS) : undefined) ??
    isTrue(node);
  const variable = restriction && variableOf(restriction.subject);
  if (restriction === undefined || variable === undefined) return undefined;
  const { bounds, allows, dates = [] }: Membership = restriction;
  return bounds.length > MAX_BOUNDS
    ? undefined
    : { op: 'compare', variable, bounds, dates, allows };
}

/** Returns a field that is a boolean as a comparison with true. */
function isTrue(node: Node): Restriction | undefined {
  if (node.checkedType?.name !== 'bool') return undefined;
  return { node, subject: node, bounds: [true], allows: (value) => value === true };
}

function variableOf(node: Node): Variable | undefined {
  const subject = subjectOf(node);
  return subject && { key: keyOf(node), node, ...subject };
}

/** Returns a test that always has a result once its signal is known, such as `"a" in token.scopes`. */
function testOf(node: Node, constants: Constants): Comparison | undefined {
  const unit = isPureTest(node, constants);
  if (unit === undefined) return undefined;
  const variable = { key: keyOf(node), node: undefined, unit: unit.unit, mayBeMissing: false };
  return { op: 'compare', variable, bounds: [true], dates: [], allows: (value) => value === true };
}

function opaque(node: Node, constants: Constants): Opaque {
  return {
    op: 'opaque',
    key: keyOf(node),
    readsSignal: someNode(
      node,
      (part) => (part.op === 'id' && SIGNAL_OF[part.args] !== undefined) || isWithin(part),
    ),
    testsAbsence: someNode(node, (part) => part.op === '.?' || part.op === '[?]' || isHas(part)),
    mayFail: !constants.has(node),
  };
}

const isWithin = (node: Node) => node.op === 'rcall' && node.args[0] === 'within';
const isHas = (node: Node) => node.op === 'call' && node.args[0] === 'has';

/** Returns the atoms of a formula. */
export function atomsOf(
  formula: Formula,
): (Comparison | Opaque | { op: 'has'; variable: Variable })[] {
  switch (formula.op) {
    case 'constant':
      return [];
    case 'not':
      return atomsOf(formula.of);
    case 'and':
    case 'or':
      return [...atomsOf(formula.left), ...atomsOf(formula.right)];
    case 'if':
      return [formula.condition, formula.whenTrue, formula.whenFalse].flatMap(atomsOf);
    default:
      return [formula];
  }
}
