import type { Issues } from '../../file/issues.ts';
import { typeOf } from '../library/cel-js.ts';
import { isNode, type Node } from '../library/syntax-tree.ts';
import { type Constants, show } from './constants.ts';
import { domainOfField, domainOfTimestampPart } from './domains.ts';

type Value = string | number | boolean;

/** A comparison of a part of an expression with constants. */
interface Restriction {
  readonly node: Node;
  readonly subject: Node;
  /** What it is compared with. */
  readonly bounds: readonly Value[];
  readonly allows: (value: Value) => boolean;
}

/**
 * Reports comparisons that exclude each other (`now.hour >= 22 && now.hour < 6` is never true), and
 * alternatives of which one is always true (`geo.country != "KP" || geo.country != "IR"`).
 */
export function reportContradictions(ast: unknown, constants: Constants, problems: Issues): void {
  if (Array.isArray(ast)) {
    for (const element of ast) reportContradictions(element, constants, problems);
    return;
  }
  if (!isNode(ast)) return;
  if (ast.op !== '&&' && ast.op !== '||') {
    reportContradictions(ast.args, constants, problems);
    return;
  }
  const operands = operandsOf(ast, ast.op);
  const restrictions = operands.flatMap((operand) => restrictionOf(operand, constants) ?? []);
  for (const group of bySubject(restrictions)) reportGroup(group, ast.op, problems);
  reportContradictions(operands, constants, problems);
}

/** The operands of `a && b && c`, however they are nested. */
function operandsOf(node: Node, operator: string): Node[] {
  const operands: Node[] = [];
  const open: unknown[] = [node];
  while (open.length > 0) {
    const next = open.pop();
    if (!isNode(next)) continue;
    if (next.op === operator && Array.isArray(next.args)) open.push(...next.args.toReversed());
    else operands.push(next);
  }
  return operands;
}

function bySubject(restrictions: readonly Restriction[]): Restriction[][] {
  const groups = new Map<string, Restriction[]>();
  for (const restriction of restrictions) {
    const key = keyOf(restriction.subject);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [restriction]);
    else group.push(restriction);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/** Parts with the same key have the same value. */
function keyOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(keyOf).join()}]`;
  if (isNode(value)) return `(${value.op} ${keyOf(value.args)})`;
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

function reportGroup(group: readonly Restriction[], operator: string, problems: Issues): void {
  // What is always true is what no value excludes: whose opposites exclude each other.
  const wanted = operator === '&&' ? group : group.map(negate);
  // One that no value satisfies alone is not contradicted by the others.
  if (isPossible(wanted) || wanted.some((one) => !isPossible([one]))) return;
  const pair = findPair(wanted) ?? wanted;
  const all = (operator: string) => pair.map(({ node }) => show(node)).join(` ${operator} `);
  if (operator === '||') {
    problems.add(`${all('||')} is always true; write && where both must be`);
    return;
  }
  const remedy = pair.every(({ subject }) => CLOCK_TIME.test(show(subject)))
    ? `for a time that goes past midnight, write (${all('||')})`
    : 'write || where one of them is enough';
  problems.add(`${all('&&')} is never true; ${remedy}`);
}

const CLOCK_TIME = /^now\.(hour|minute)$|\.get(Hours|Minutes)\(/;

/** Of many comparisons the two that a message shows. */
function findPair(group: readonly Restriction[]): Restriction[] | undefined {
  const few = group.slice(0, 50);
  for (const [index, one] of few.entries()) {
    const other = few.slice(index + 1).find((candidate) => !isPossible([one, candidate]));
    if (other !== undefined) return [one, other];
  }
  return undefined;
}

function negate(restriction: Restriction): Restriction {
  return { ...restriction, allows: (value) => !restriction.allows(value) };
}

/** Whether some value of the part satisfies them all. Between two neighbouring bounds all values are alike. */
function isPossible(group: readonly Restriction[]): boolean {
  const [first] = group;
  if (first === undefined) return true;
  const bounds = new Set(group.flatMap((one) => one.bounds));
  return candidates(first.subject, bounds).some((value) =>
    group.every(({ allows }) => allows(value)),
  );
}

/** No text of a policy. */
const ANOTHER_TEXT = '\u0000';

function candidates(subject: Node, bounds: ReadonlySet<Value>): Value[] {
  const numbers = [...bounds].filter((bound) => typeof bound === 'number').sort((a, b) => a - b);
  if (numbers.length === 0) {
    return typeOf(subject)?.name === 'bool' ? [true, false] : [...bounds, ANOTHER_TEXT];
  }
  const { min, max, values } = rangeOf(subject);
  const isWhole = typeOf(subject)?.name === 'int' || typeOf(subject)?.name === 'uint';
  const near = numbers.flatMap((number, index) => {
    const next = numbers[index + 1] ?? number + 2;
    const above = isWhole ? Math.floor(number) + 1 : (number + next) / 2;
    return [isWhole ? Math.ceil(number) - 1 : number - 1, number, above];
  });
  const inRange = [...(values ?? near), min, max].filter(
    (value) => value >= min && value <= max && (!isWhole || Number.isInteger(value)),
  );
  // Arithmetic may come to it (0.0 / 0.0), and no comparison with it holds.
  return typeOf(subject)?.name === 'double' ? [...inRange, Number.NaN] : inRange;
}

function rangeOf({ op, args }: Node): { min: number; max: number; values?: readonly number[] } {
  const [first, second] = Array.isArray(args) ? args : [];
  const domain =
    op === '.'
      ? domainOfField(typeOf(first)?.name ?? '', String(second), '')
      : op === 'rcall' && typeOf(second)?.name === 'google.protobuf.Timestamp'
        ? domainOfTimestampPart(String(first))
        : undefined;
  if (domain?.kind === 'number') return domain;
  return { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY };
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

/** `undefined` for an operand that is no comparison of one part with constants. */
function restrictionOf(node: Node, constants: Constants): Restriction | undefined {
  if (node.op === '!_' && isNode(node.args)) {
    const inner = restrictionOf(node.args, constants);
    return inner && { ...negate(inner), node };
  }
  if (!Array.isArray(node.args)) return undefined;
  const [left, right] = node.args;
  if (!isNode(left) || !isNode(right)) return undefined;
  if (constants.has(left)) {
    const operator = MIRRORED[node.op];
    return operator === undefined
      ? undefined
      : comparison(node, right, operator, constants.get(left));
  }
  return constants.has(right) ? comparison(node, left, node.op, constants.get(right)) : undefined;
}

function comparison(
  node: Node,
  subject: Node,
  operator: string,
  constant: unknown,
): Restriction | undefined {
  const bounds = (operator === 'in' && Array.isArray(constant) ? constant : [constant]).map(
    toValue,
  );
  const type = SORTS[typeOf(subject)?.name ?? ''];
  if (
    type === undefined ||
    !bounds.every((bound) => bound !== undefined && typeof bound === type)
  ) {
    return undefined;
  }
  const known = bounds as readonly Value[];
  const [bound] = known;
  const compare = COMPARE[operator];
  const part = { node, subject };
  if (operator === 'in') {
    const values = new Set(known);
    return { ...part, bounds: known, allows: (value) => values.has(value) };
  }
  const isOrderOfTexts = typeof bound !== 'number' && operator !== '==' && operator !== '!=';
  if (compare === undefined || bound === undefined || isOrderOfTexts) return undefined;
  return { ...part, bounds: known, allows: (value) => compare(value, bound) };
}

/** Only values of these types are compared here. What a claim is, only the request says. */
const SORTS: Readonly<Record<string, string>> = {
  string: 'string',
  int: 'number',
  uint: 'number',
  double: 'number',
  bool: 'boolean',
  'google.protobuf.Timestamp': 'number',
};

function toValue(constant: unknown): Value | undefined {
  if (constant instanceof Date) return constant.getTime();
  if (typeof constant === 'bigint') return Number(constant);
  const isValue = ['string', 'number', 'boolean'].includes(typeof constant);
  return isValue ? (constant as Value) : undefined;
}
