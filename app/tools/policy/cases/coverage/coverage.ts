import { print } from '../../../../src/policy/cel/library/print.ts';
import type { Policy } from '../../../../src/policy/policy.ts';
import { UNKNOWN_CAUSES } from '../../../../src/signals/causes.ts';
import type { SignalName } from '../../../../src/signals/request-signals.ts';
import { withLists } from '../lists.ts';
import type { PolicyCase } from '../read.ts';
import type { ConditionObserver, RuleCounts } from './observer.ts';
import { isConstant, type Requirement } from './operands.ts';
import { possibleSides } from './possible-sides.ts';

/** Something that a case should reach: a side of a condition or of one of its operands, or a cause. */
export interface CoveragePoint {
  readonly kind: 'rule' | 'operand' | 'cause';
  readonly reached: boolean;
  /** What no case does, such as `abuse.score >= 25 is never false`. */
  readonly missing: string;
  /** The id of the rule. */
  readonly rule?: string;
  readonly signal?: SignalName;
  readonly cause?: string;
  /** Keys from the root of the policy's file. */
  readonly path: readonly (string | number)[];
  /** Where the operand begins in the condition, and its length, in UTF-16 code units. */
  readonly position?: number;
  readonly length?: number;
  /** What must hold to reach it, for an example. */
  readonly needs?: readonly Requirement[];
}

/** What the cases of a policy reach. */
export interface Coverage {
  readonly points: readonly CoveragePoint[];
  readonly reached: number;
  readonly total: number;
  /** `reached` of `total`, rounded down, so that 100 means all. 100 for a policy without rules. */
  readonly percent: number;
  /** Counts for each rule. */
  readonly rules: readonly RuleCoverage[];
}

/** How many cases a rule's condition was true, false, unknown or failed for. */
export interface RuleCoverage {
  readonly rule: string;
  readonly matched: number;
  readonly notMatched: number;
  readonly unknown: number;
  readonly failed: number;
}

/** Returns the coverage of the cases that an observer has seen. */
export function coverageOf(
  policy: Policy,
  observer: ConditionObserver,
  cases: readonly PolicyCase[],
): Coverage {
  const points = [
    ...observer.rules.flatMap((counts, index) => pointsOfRule(counts, index)),
    ...pointsOfCauses(policy, observer),
  ].filter(isPossible(policy, cases));
  const reached = points.filter((point) => point.reached).length;
  const total = points.length;
  return {
    points,
    reached,
    total,
    percent: total === 0 ? 100 : Math.floor((100 * reached) / total),
    rules: observer.rules.map(({ rule, true: matched, false: notMatched, unknown, failed }) => ({
      rule: rule.id,
      matched,
      notMatched,
      unknown,
      failed,
    })),
  };
}

/** Returns a test whether a case can reach a point. With an empty list, no address is on it. */
function isPossible(
  policy: Policy,
  cases: readonly PolicyCase[],
): (point: CoveragePoint) => boolean {
  const stated = new Set(cases.map(({ lists }) => lists));
  const allLists = [undefined, ...stated].flatMap((lists) => {
    try {
      return [withLists(policy, lists).lists];
    } catch {
      // Each of its cases has reported it.
      return [];
    }
  });
  return ({ reached, needs = [] }) =>
    reached ||
    allLists.some((lists) =>
      needs.every(({ node, value }) => possibleSides(node, lists)[`${value}`]),
    );
}

function pointsOfRule(counts: RuleCounts, index: number): CoveragePoint[] {
  const { rule, operands } = counts;
  const { tree } = rule.source;
  const path = ['rules', index, 'when'];
  const base = { rule: rule.id, path };
  const points: CoveragePoint[] = [
    {
      ...base,
      kind: 'rule',
      reached: counts.true > 0,
      missing: 'the rule matches in no case',
      needs: [{ node: tree, value: true }],
    },
  ];
  if (!isConstant(tree)) {
    points.push({
      ...base,
      kind: 'rule',
      reached: counts.false > 0,
      missing: 'the rule matches in every case that reaches it',
      needs: [{ node: tree, value: false }],
    });
  }
  for (const { operand, sides } of operands) {
    const { node, needs } = operand;
    const { start, end } = node as { start?: number; end?: number };
    for (const side of [true, false]) {
      points.push({
        ...base,
        kind: 'operand',
        reached: sides[`${side}`] > 0,
        missing: `${print(node)} is ${side} in no case`,
        ...(start !== undefined && { position: start }),
        ...(start !== undefined && end !== undefined && { length: end - start }),
        needs: [...needs, { node, value: side }],
      });
    }
  }
  return points;
}

function pointsOfCauses(policy: Policy, { unknown }: ConditionObserver): CoveragePoint[] {
  return [...policy.signals].flatMap((signal) =>
    UNKNOWN_CAUSES[signal].flatMap((cause): CoveragePoint[] => {
      // Without a `wait`, no lookup is pending when a condition is decided.
      if (cause === 'pending' && policy.reputationWait === undefined) return [];
      return [
        {
          kind: 'cause',
          reached: unknown.get(signal)?.has(cause) === true,
          missing: `no case has ${signal} unknown because of ${cause}`,
          signal,
          cause,
          path: ['unknown', signal],
        },
      ];
    }),
  );
}
