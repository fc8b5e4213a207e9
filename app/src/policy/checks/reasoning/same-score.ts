import type { ReputationUse } from '../../../signals/reputation/score-knowledge.ts';
import { atomsOf, type Comparison, type Formula } from '../../cel/analysis/formula.ts';
import type { PolicyParts, RuleParts } from '../policy-parts.ts';
import { outcomeIn, UNKNOWN } from './outcome.ts';
import { holdsInAllWorlds } from './worlds.ts';

/*
 * Worlds have one score. A request may have several: a list proves a range of scores, which decides one condition and not
 * another one; a CHECK for the other one may fail, or contradict the list (docs/decisions/0027-proof-by-absence.md).
 */

/**
 * Returns whether a rule that ends the evaluation does so for a later rule, whatever list or CHECK has the score: if one
 * range decides the later rule, it decides the earlier one as well, and no CHECK changes the score between them.
 */
export function seeSameScore(earlier: RuleParts, later: RuleParts, parts: PolicyParts): boolean {
  const first = earlier.rule.reputationUse;
  const second = later.rule.reputationUse;
  if (!usesReputation(first) || !usesReputation(second)) return true;
  const between = usesBetween(earlier, later, parts);
  const answer = seeSameRecord(earlier, later, between);
  if (answer !== undefined) return answer;
  return (
    isDecidedAfter(earlier, [second, ...between], later, parts) &&
    isDecidedBy(later, [first], parts)
  );
}

/** As `seeSameScore`, for a rule that another one covers, which may be above or below it. */
export function seeSameScoreAs(other: RuleParts, rule: RuleParts, parts: PolicyParts): boolean {
  const use = rule.rule.reputationUse;
  const otherUse = other.rule.reputationUse;
  if (!usesReputation(use) || !usesReputation(otherUse)) return true;
  const between = usesBetween(other, rule, parts);
  const answer = seeSameRecord(other, rule, between);
  if (answer !== undefined) return answer;
  if (!isDecidedAfter(other, [use], rule, parts)) return false;
  return other.index < rule.index
    ? isDecidedBy(rule, [otherUse], parts) && isDecidedAfter(other, between, rule, parts)
    : isDecidedBy(rule, [otherUse, ...between], parts);
}

/** Returns whether a rule may need a CHECK where another one does not. */
export function mayNeedMoreChecks({ rule }: RuleParts, { rule: other }: RuleParts): boolean {
  const { cuts } = other.reputationUse;
  return rule.reputationUse.cuts?.some((cut) => cuts?.includes(cut) === false) === true;
}

/** Returns the answer for rules that read more than thresholds of the score; `undefined` for others. */
function seeSameRecord(
  one: RuleParts,
  other: RuleParts,
  between: readonly ReputationUse[],
): boolean | undefined {
  const uses = [one.rule.reputationUse, other.rule.reputationUse];
  if (one.rule.source.when === other.rule.source.when && !between.some(usesReputation)) return true;
  if (uses.some(({ readsRecord }) => readsRecord)) {
    return uses.every(({ readsRecord, cuts }) => readsRecord && cuts?.length === 0);
  }
  if (between.some(({ readsRecord }) => readsRecord)) return false;
  if (uses.every(({ cuts }) => cuts !== undefined)) return undefined;
  return uses.every(({ cuts }) => cuts === undefined);
}

/** Returns whether a range with which a rule does not match also decides others, if `later` matches only where it does. */
function isDecidedAfter(
  earlier: RuleParts,
  uses: readonly ReputationUse[],
  later: RuleParts,
  parts: PolicyParts,
): boolean {
  const own = earlier.rule.reputationUse.cuts ?? [];
  const [lowest, ...others] = own;
  if (lowest === undefined) return true;
  // Below a threshold, each higher threshold is decided, too.
  const isThreshold = others.length === 0 && needsNoScoreFrom(lowest, later, earlier, parts);
  return uses.every(({ readsRecord, cuts }) => {
    if (readsRecord) return false;
    return cuts?.every((cut) => (isThreshold ? cut >= lowest : own.includes(cut))) === true;
  });
}

/** Returns whether a range with which a rule matches also decides others. */
function isDecidedBy(
  matching: RuleParts,
  uses: readonly ReputationUse[],
  parts: PolicyParts,
): boolean {
  const own = matching.rule.reputationUse.cuts ?? [];
  const cuts = uses.flatMap((use) => use.cuts ?? []);
  return cuts.every((cut) => own.includes(cut) || neverMatchesAt(matching, cut, parts));
}

/** Returns whether a later rule is decided without the score, if the earlier one does not match although the score is high. */
function needsNoScoreFrom(
  lowest: number,
  { formula }: RuleParts,
  earlier: RuleParts,
  { budget }: PolicyParts,
): boolean {
  const answer = holdsInAllWorlds(earlier.formula, [formula], {
    budget,
    isRelevant: (world) => outcomeIn(earlier.formula, world).status === 'not-matched',
    test: (world) => {
      const score = world.states.get(SCORE);
      if (typeof score !== 'number' || score < lowest) return true;
      const withoutScore = { ...world, states: new Map(world.states).set(SCORE, UNKNOWN) };
      return outcomeIn(formula, withoutScore).status === 'not-matched';
    },
  });
  return answer === true;
}

function neverMatchesAt({ formula }: RuleParts, score: number, { budget }: PolicyParts): boolean {
  const isScore = scoreIs(score, formula);
  if (isScore === undefined) return false;
  const answer = holdsInAllWorlds(formula, [isScore], {
    budget,
    isRelevant: (world) => outcomeIn(formula, world).status === 'matched',
    test: (world) => outcomeIn(isScore, world).status !== 'matched',
  });
  return answer === true;
}

/** Returns the comparison of the score that a formula reads with a number; `undefined` if it reads none. */
function scoreIs(score: number, formula: Formula): Formula | undefined {
  const atom = atomsOf(formula).find(
    (one): one is Comparison => one.op === 'compare' && one.variable.key === SCORE,
  );
  if (atom === undefined) return undefined;
  const { variable } = atom;
  const allows = (value: unknown) => value === score;
  return { op: 'compare', variable, bounds: [score], dates: [], allows };
}

const SCORE = '(. [(id "abuse"),"score"])';

/** Returns the uses of the reputation between two rules, and in the entries of `unknown`. */
function usesBetween(
  one: RuleParts,
  other: RuleParts,
  { rules, unknown }: PolicyParts,
): readonly ReputationUse[] {
  const start = Math.min(one.index, other.index) + 1;
  const end = Math.max(one.index, other.index);
  const uses: ReputationUse[] = [];
  // Rules that cannot be compiled are absent, but then there are errors, and no checks. A loop, because this runs for
  // each pair of rules.
  for (let index = start; index < end; index += 1) {
    const rule = rules[index]?.rule;
    if (rule === undefined) continue;
    if (usesReputation(rule.reputationUse)) uses.push(rule.reputationUse);
    if (usesReputation(rule.effects.reputationUse)) uses.push(rule.effects.reputationUse);
  }
  for (const { effects } of unknown) {
    if (effects !== undefined && usesReputation(effects.reputationUse)) {
      uses.push(effects.reputationUse);
    }
  }
  return uses;
}

function usesReputation({ cuts, readsRecord }: ReputationUse): boolean {
  return readsRecord || cuts === undefined || cuts.length > 0;
}
