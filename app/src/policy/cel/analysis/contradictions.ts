import type { Issues } from '../../file/issues.ts';
import type { Node, NodeOf } from '../library/node.ts';
import { print } from '../library/print.ts';
import { walk } from '../library/syntax-tree.ts';
import { candidates } from './candidates.ts';
import type { Constants } from './constant-issues.ts';
import { negate, type Restriction, restrictionOf } from './restrictions.ts';
import { keyOf } from './syntax-key.ts';

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
