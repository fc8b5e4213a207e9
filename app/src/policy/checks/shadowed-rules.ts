import type { PolicyCheck, PolicyParts, RuleParts } from './policy-parts.ts';
import { isAbout, mayImply } from './reasoning/implication.ts';
import { areIncluded, outcomeIn } from './reasoning/outcome.ts';
import { appliesWhereverApplied, comparedWith, endsEvaluation } from './reasoning/rule-order.ts';
import { seeSameScore } from './reasoning/same-score.ts';
import { holdsInAllWorlds } from './reasoning/worlds.ts';

/** Reports rules that are never reached with a request that they match. */
export const checkShadowedRules: PolicyCheck = (parts) => {
  for (const { later, by } of shadowedRules(parts)) {
    const does = by.every(({ rule }) => rule.effects.allow) ? 'allows' : 'refuses';
    const [only, ...others] = by;
    if (only === undefined) continue;
    if (others.length > 0) {
      const ids = by.map(({ rule }) => `"${rule.id}"`).join(', ');
      later.issues.warn(
        'shadowed-rule',
        `never decides anything: the rules ${ids} above it together end the evaluation of every request that it matches; move it above them, change the condition or remove it`,
      );
    } else if (only.formula.op === 'constant') {
      later.issues.warn(
        'shadowed-rule',
        `is never reached: rule "${only.rule.id}" above it ${does} every request; move it above that rule, or remove it`,
      );
    } else {
      later.issues.warn(
        'shadowed-rule',
        `never decides anything: rule "${only.rule.id}" above it ${does} every request that it matches; move it above that rule, change the condition or remove it`,
      );
    }
  }
};

/** A rule that cannot decide anything, and the rules above it that are the reason. */
export interface ShadowedRule {
  readonly later: RuleParts;
  readonly by: readonly RuleParts[];
}

const found = new WeakMap<PolicyParts, ShadowedRule[]>();

/** Returns the shadowed rules of a policy. */
export function shadowedRules(parts: PolicyParts): ShadowedRule[] {
  const shadowed = found.get(parts) ?? findShadowedRules(parts);
  found.set(parts, shadowed);
  return shadowed;
}

function findShadowedRules(parts: PolicyParts): ShadowedRule[] {
  const { rules, definition } = parts;
  return rules.flatMap((later, position) => {
    const above = comparedWith(later, rules.slice(0, position)).filter(
      (earlier) =>
        endsEvaluation(earlier) && appliesWhereverApplied(earlier, later, definition.mode),
    );
    const single = above.find(
      (earlier) =>
        mayImply(later.formula, earlier.formula) &&
        seeSameScore(earlier, later, parts) &&
        areAllEnded(later, [earlier], parts),
    );
    if (single !== undefined) return { later, by: [single] };
    const about = above.filter((earlier) => isAbout(later.formula, earlier.formula));
    if (about.length < 2 || about.length > MAX_ABOUT) return [];
    const together = about.filter((earlier) => seeSameScore(earlier, later, parts));
    if (together.length < 2 || together.length > MAX_TOGETHER) return [];
    return areAllEnded(later, together, parts) ? { later, by: together } : [];
  });
}

/** More rules are not considered together: the number of worlds grows with each. */
const MAX_TOGETHER = 8;

/** Of more rules that test the same, hardly ever eight or fewer have the score of the later one. */
const MAX_ABOUT = 32;

/**
 * Returns whether earlier rules end the evaluation of every request with which a later rule would do anything: it matches,
 * its condition fails, or it needs an unknown signal that no earlier rule has needed.
 */
function areAllEnded(
  later: RuleParts,
  earlier: readonly RuleParts[],
  { budget }: PolicyParts,
): boolean {
  const answer = holdsInAllWorlds(
    later.formula,
    earlier.map(({ formula }) => formula),
    {
      budget,
      isRelevant: (world) => outcomeIn(later.formula, world).status !== 'not-matched',
      test: (world) => {
        const reads = new Set<string>();
        for (const { formula, rule } of earlier) {
          const outcome = outcomeIn(formula, world);
          if (outcome.status === 'matched') return true;
          if (outcome.status === 'not-matched') continue;
          // A condition that fails refuses, but does not allow.
          if (outcome.status === 'failed' && rule.effects.deny !== undefined) return true;
          for (const read of outcome.reads) reads.add(read);
        }
        const outcome = outcomeIn(later.formula, world);
        return outcome.status === 'unknown' && areIncluded(outcome.reads, reads);
      },
    },
  );
  return answer === true;
}
