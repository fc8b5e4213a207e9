import { type Node, TIMESTAMP_TYPE } from '../library/node.ts';
import type { Constants } from './constant-issues.ts';

export type Value = string | number | boolean;

/** A comparison of a part of an expression with constants. */
export interface Restriction {
  readonly node: Node;
  /** The part that is compared. */
  readonly subject: Node;
  /** The constants. */
  readonly bounds: readonly Value[];
  readonly allows: (value: Value) => boolean;
}

export function negate(restriction: Restriction): Restriction {
  return { ...restriction, allows: (value) => !restriction.allows(value) };
}

const MIRRORED: Readonly<Record<string, string>> = {
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
  '==': '==',
  '!=': '!=',
};

const COMPARE: Readonly<Record<string, (value: Value, bound: Value) => boolean>> = {
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
  '==': (value, bound) => value === bound,
  '!=': (value, bound) => value !== bound,
};

/** The JavaScript type of the values of a CEL type. Claims have none, because their type depends on the request. */
const COMPARABLE_TYPES: Readonly<Record<string, string>> = {
  string: 'string',
  int: 'number',
  uint: 'number',
  double: 'number',
  bool: 'boolean',
  [TIMESTAMP_TYPE]: 'number',
};

/** Returns a comparison with constants as a restriction; `undefined` for any other node. */
export function restrictionOf(node: Node, constants: Constants): Restriction | undefined {
  switch (node.op) {
    case '!_': {
      const inner = restrictionOf(node.args, constants);
      return inner && { ...negate(inner), node };
    }
    case 'in':
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const [left, right] = node.args;
      if (constants.has(left)) {
        const operator = MIRRORED[node.op];
        return operator === undefined
          ? undefined
          : restriction(node, right, operator, constants.get(left));
      }
      return constants.has(right)
        ? restriction(node, left, node.op, constants.get(right))
        : undefined;
    }
    default:
      return undefined;
  }
}

function restriction(
  node: Node,
  subject: Node,
  operator: string,
  constant: unknown,
): Restriction | undefined {
  const constants = operator === 'in' && Array.isArray(constant) ? constant : [constant];
  const bounds = constants.map(toValue);
  const type = COMPARABLE_TYPES[subject.checkedType?.name ?? ''];
  const isComparable = (bound: Value | undefined): bound is Value =>
    bound !== undefined && typeof bound === type;
  if (type === undefined || !bounds.every(isComparable)) return undefined;
  if (operator === 'in') {
    const values = new Set(bounds);
    return { node, subject, bounds, allows: (value) => values.has(value) };
  }
  const [bound] = bounds;
  const compare = COMPARE[operator];
  if (compare === undefined || bound === undefined) return undefined;
  const isOrder = operator !== '==' && operator !== '!=';
  if (isOrder && typeof bound !== 'number') return undefined;
  return { node, subject, bounds, allows: (value) => compare(value, bound) };
}

function toValue(constant: unknown): Value | undefined {
  if (constant instanceof Date) return constant.getTime();
  if (typeof constant === 'bigint') return Number(constant);
  const isValue = ['string', 'number', 'boolean'].includes(typeof constant);
  return isValue ? (constant as Value) : undefined;
}
