import type { Issues } from '../../file/issues.ts';
import { type Node, type NodeOf, TIMESTAMP_TYPE } from '../library/node.ts';
import { print } from '../library/print.ts';
import { isNode, walk } from '../library/syntax-tree.ts';
import type { Constants } from './constant-issues.ts';
import { domainOfField, domainOfTimestampPart } from './domains.ts';
import { negate, type Restriction, restrictionOf, type Value } from './restrictions.ts';

/**
 * Reports comparisons that exclude each other (`now.hour >= 22 && now.hour < 6` is never true), and alternatives
 * of which one is always true (`geo.country != "KP" || geo.country != "IR"`).
 */
export function reportContradictions(ast: Node, constants: Constants, issues: Issues): void {
  walk(ast, (node) => {
    if (node.op !== '&&' && node.op !== '||') return undefined;
    const operands = operandsOf(node);
    const restrictions = operands.flatMap((operand) => restrictionOf(operand, constants) ?? []);
    for (const group of groupBySubject(restrictions)) checkGroup(group, node.op, issues);
    for (const operand of operands) reportContradictions(operand, constants, issues);
    return 'skip-children';
  });
}

/** Returns the operands of `a && b && c`, however they are nested. */
function operandsOf(root: NodeOf<'&&' | '||'>): Node[] {
  const operands: Node[] = [];
  const pending: Node[] = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.op === root.op) pending.push(node.args[1], node.args[0]);
    else operands.push(node);
  }
  return operands;
}

function groupBySubject(restrictions: readonly Restriction[]): Restriction[][] {
  const groups = new Map<string, Restriction[]>();
  for (const restriction of restrictions) {
    const key = keyOf(restriction.subject);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [restriction]);
    else group.push(restriction);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/** Returns a key that is the same for equal expressions. */
function keyOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(keyOf).join()}]`;
  if (isNode(value)) return `(${value.op} ${keyOf(value.args)})`;
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

function checkGroup(group: readonly Restriction[], operator: '&&' | '||', issues: Issues): void {
  // Alternatives are always true if their opposites exclude each other.
  const wanted = operator === '&&' ? group : group.map(negate);
  // A comparison that no value satisfies is reported elsewhere, and is not a contradiction.
  if (isSatisfiable(wanted) || wanted.some((one) => !isSatisfiable([one]))) return;
  const shown = findPair(wanted) ?? wanted;
  const marked = issues.within(...rangeAround(shown));
  const joinBy = (symbol: string) => shown.map(({ node }) => print(node)).join(` ${symbol} `);
  if (operator === '||') {
    marked.add(`${joinBy('||')} is always true; write && if both must be true`);
    return;
  }
  const remedy = shown.every(({ subject }) => CLOCK_TIME.test(print(subject)))
    ? `for a time span past midnight, write (${joinBy('||')})`
    : 'write || if one of them is enough';
  marked.add(`${joinBy('&&')} is never true; ${remedy}`);
}

/** Returns where the restrictions begin in the expression, and the length up to the end of the last one. */
function rangeAround(restrictions: readonly Restriction[]): [position: number, length: number] {
  const ranges = restrictions.map(({ node }) => node.range);
  const start = Math.min(...ranges.map((range) => range.start));
  return [start, Math.max(...ranges.map((range) => range.end)) - start];
}

const CLOCK_TIME = /^now\.(hour|minute)$|\.get(Hours|Minutes)\(/;

/** Larger groups are not searched for a pair: its cost is quadratic. */
const MAX_SEARCHED_RESTRICTIONS = 50;

/** Returns two restrictions that exclude each other, which make a shorter message than the group. */
function findPair(group: readonly Restriction[]): Restriction[] | undefined {
  const searched = group.slice(0, MAX_SEARCHED_RESTRICTIONS);
  for (const [index, one] of searched.entries()) {
    const other = searched.slice(index + 1).find((candidate) => !isSatisfiable([one, candidate]));
    if (other !== undefined) return [one, other];
  }
  return undefined;
}

/** Returns whether any value of the subject satisfies all restrictions. */
function isSatisfiable(group: readonly Restriction[]): boolean {
  const [first] = group;
  if (first === undefined) return true;
  const bounds = new Set(group.flatMap((one) => one.bounds));
  return candidates(first.subject, bounds).some((value) =>
    group.every(({ allows }) => allows(value)),
  );
}

/** A string that no policy contains. */
const OTHER_STRING = '\u0000';

/** Returns the bounds and one value of each range between them: all values of a range give the same results. */
function candidates(subject: Node, bounds: ReadonlySet<Value>): Value[] {
  const numbers = [...bounds].filter((bound) => typeof bound === 'number').sort((a, b) => a - b);
  const type = subject.checkedType?.name;
  if (numbers.length === 0) return type === 'bool' ? [true, false] : [...bounds, OTHER_STRING];
  const { min, max, values } = rangeOf(subject);
  const isInteger = type === 'int' || type === 'uint';
  const near = numbers.flatMap((number, index) => {
    const next = numbers[index + 1] ?? number + 2;
    const below = isInteger ? Math.ceil(number) - 1 : number - 1;
    const above = isInteger ? Math.floor(number) + 1 : (number + next) / 2;
    return [below, number, above];
  });
  const inRange = [...(values ?? near), min, max].filter(
    (value) => value >= min && value <= max && (!isInteger || Number.isInteger(value)),
  );
  // Arithmetic may result in NaN (0.0 / 0.0), for which every comparison is false.
  return type === 'double' ? [...inRange, Number.NaN] : inRange;
}

const UNLIMITED = { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY };

function rangeOf(subject: Node): { min: number; max: number; values?: readonly number[] } {
  const domain = domainOf(subject);
  return domain?.kind === 'number' ? domain : UNLIMITED;
}

function domainOf(subject: Node) {
  if (subject.op === '.') {
    const [owner, field] = subject.args;
    return domainOfField(owner.checkedType?.name ?? '', field, '');
  }
  if (subject.op !== 'rcall') return undefined;
  const [method, receiver] = subject.args;
  return receiver.checkedType?.name === TIMESTAMP_TYPE ? domainOfTimestampPart(method) : undefined;
}
