import { stringify } from 'yaml';
import type { Node, NodeOf } from '../../../../src/policy/cel/library/node.ts';
import type { PolicyLists } from '../../../../src/policy/lists.ts';
import { type Constraint, statementsOf } from './constraints.ts';
import type { CoveragePoint } from './coverage.ts';
import { entriesOf, pathOf, withinOf } from './lists.ts';
import type { Requirement } from './operands.ts';

/**
 * Returns what a case can state to reach a point, as YAML such as `{ score: 25 }`; undefined if what must hold is too complex
 * for an example.
 */
export function findExample(
  { signal, cause, needs = [] }: CoveragePoint,
  lists: PolicyLists,
): string | undefined {
  if (signal !== undefined) return `{ unknown: { ${signal}: ${cause} } }`;
  const solved = needs.map((requirement) => solve(requirement, lists));
  const constraints = solved.flatMap((own) => own ?? []);
  if (solved.includes(undefined)) return undefined;
  const given = statementsOf(constraints);
  if (given === undefined || Object.keys(given).length === 0) return undefined;
  return stringify(given, { collectionStyle: 'flow', lineWidth: 0 }).trim();
}

/** Returns constraints that make a condition true or false; undefined if none are found. */
function solve({ node, value }: Requirement, lists: PolicyLists): Constraint[] | undefined {
  switch (node.op) {
    case 'value':
      return node.args === value ? [] : undefined;
    case '!_':
      return solve({ node: node.args, value: !value }, lists);
    case '&&':
    case '||': {
      const sides = node.args.map((side) => solve({ node: side, value }, lists));
      const needsAll = (node.op === '&&') === value;
      if (!needsAll) return sides.find((side) => side !== undefined);
      const [left, right] = sides;
      return left && right && [...left, ...right];
    }
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return solveComparison(node, value);
    case 'in':
      return solveMembership(node, value, lists);
    case 'rcall':
      return solveWithin(node, value, lists);
    case '.':
      return constraint(node, '==', value);
    default:
      return undefined;
  }
}

const NEGATED = { '==': '!=', '!=': '==', '<': '>=', '>=': '<', '>': '<=', '<=': '>' } as const;
const MIRRORED = { '==': '==', '!=': '!=', '<': '>', '>': '<', '<=': '>=', '>=': '<=' } as const;

function constraint(node: Node, op: Constraint['op'], value: unknown): Constraint[] | undefined {
  const path = pathOf(node);
  return path && [{ path, op, value: typeof value === 'bigint' ? Number(value) : value }];
}

function solveComparison(
  { op, args: [left, right] }: NodeOf<keyof typeof NEGATED>,
  value: boolean,
): Constraint[] | undefined {
  const wanted = value ? op : NEGATED[op];
  if (right.op === 'value') return constraint(left, wanted, right.args);
  if (left.op === 'value') return constraint(right, MIRRORED[wanted], left.args);
  return undefined;
}

function solveMembership(
  { args: [left, right] }: NodeOf<'in'>,
  value: boolean,
  lists: PolicyLists,
): Constraint[] | undefined {
  if (left.op === 'value') {
    return constraint(right, value ? 'contains' : 'lacks', left.args);
  }
  const entries = entriesOf(right, lists);
  if (entries === undefined) return undefined;
  if (!value) return entries.flatMap((entry) => constraint(left, '!=', entry) ?? []);
  return entries.length === 0 ? undefined : constraint(left, '==', entries[0]);
}

/** On no list that is meant for an example. */
const OTHER_ADDRESS = '205.210.31.51';

function solveWithin(
  node: NodeOf<'rcall'>,
  value: boolean,
  lists: PolicyLists,
): Constraint[] | undefined {
  const within = withinOf(node, lists);
  if (within === undefined) return undefined;
  if (within.entries === undefined) {
    return [{ path: ['feeds'], op: value ? 'contains' : 'lacks', value: within.name }];
  }
  if (!value) return [{ path: ['address', 'value'], op: '==', value: OTHER_ADDRESS }];
  const [first] = within.entries;
  if (first === undefined) return undefined;
  return [{ path: ['address', 'value'], op: '==', value: String(first).split('/')[0] }];
}
