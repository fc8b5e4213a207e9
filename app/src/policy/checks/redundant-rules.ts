import { compilePatterns } from '../../action/pattern.ts';
import type { EffectsDefinition } from '../file/schema.ts';
import { neverMatches } from './constant-conditions.ts';
import type { PolicyCheck, PolicyParts, RuleParts } from './policy-parts.ts';
import { mayImply } from './reasoning/implication.ts';
import { areIncluded, outcomeIn } from './reasoning/outcome.ts';
import { appliesWhereverApplied, comparedWith, endsEvaluation } from './reasoning/rule-order.ts';
import { mayNeedMoreChecks, seeSameScoreAs } from './reasoning/same-score.ts';
import { holdsInAllWorlds } from './reasoning/worlds.ts';
import { shadowedRules } from './shadowed-rules.ts';

/** Reports rules whose effects another rule has for every request that they match. */
export const checkRedundantRules: PolicyCheck = (parts) => {
  const ignored = new Set([
    ...shadowedRules(parts).map(({ later }) => later),
    // Reported as such.
    ...parts.rules.filter(({ formula }) => neverMatches(formula, parts)),
  ]);
  for (const rule of parts.rules) {
    if (ignored.has(rule)) continue;
    const by = findCovering(rule, parts.rules.slice(0, rule.index), ignored, parts);
    if (by !== undefined) report(rule, by, 'above', ignored);
  }
  for (const rule of parts.rules) {
    if (ignored.has(rule)) continue;
    const by = findCovering(rule, rulesEvaluatedWith(rule, parts), ignored, parts);
    if (by !== undefined) report(rule, by, 'below', ignored);
  }
};

/** Returns the rules below one up to the first that ends the evaluation: those after it may not be evaluated. */
function rulesEvaluatedWith({ index }: RuleParts, { rules }: PolicyParts): readonly RuleParts[] {
  const below = rules.slice(index + 1);
  const end = below.findIndex(endsEvaluation);
  return end < 0 ? below : below.slice(0, end + 1);
}

function findCovering(
  rule: RuleParts,
  others: readonly RuleParts[],
  ignored: ReadonlySet<RuleParts>,
  parts: PolicyParts,
): RuleParts | undefined {
  return comparedWith(rule, others).find(
    (other) => !ignored.has(other) && isCoveredBy(rule, other, parts),
  );
}

function report(rule: RuleParts, by: RuleParts, where: string, ignored: Set<RuleParts>): void {
  ignored.add(rule);
  const does = mayNeedMoreChecks(rule, by)
    ? 'changes nothing, but may need a CHECK of the score'
    : 'changes nothing';
  rule.issues.warn(
    'redundant-rule',
    `${does}: rule "${by.rule.id}" ${where} it matches the same requests, and its effects are at least as strict; remove one of them, or change the condition`,
  );
}

function isCoveredBy(rule: RuleParts, other: RuleParts, parts: PolicyParts): boolean {
  return (
    rule.rule.mode !== 'monitor' &&
    appliesWhereverApplied(other, rule, parts.definition.mode) &&
    mayImply(rule.formula, other.formula) &&
    areEffectsCovered(rule, other, parts) &&
    !readsParts(rule, other) &&
    seeSameScoreAs(other, rule, parts) &&
    followsFrom(rule, other, parts)
  );
}

/** The condition of a rule that matched may still have read unknown parts of these signals, whose entries then apply. */
function readsParts(...rules: readonly RuleParts[]): boolean {
  return rules.some(({ condition: { references } }) =>
    ['anonymizer', 'feeds'].some((name) => [...references.signals].includes(name as 'feeds')),
  );
}

function areEffectsCovered(rule: RuleParts, other: RuleParts, parts: PolicyParts): boolean {
  const effects = rule.definition.then;
  const others = other.definition.then;
  if (effects === undefined || others === undefined) return false;
  const isAdjacent = Math.abs(rule.index - other.index) === 1;
  const isAbove = other.index < rule.index;
  if (endsEvaluation(rule)) {
    // Rules above that end the evaluation shadow this one.
    return !isAbove && isAdjacent && JSON.stringify(effects) === JSON.stringify(others);
  }
  if (!onlyRestricts(effects)) return false;
  if (other.rule.effects.allow) return false;
  if (!isAbove) {
    if (parts.unknown.some((entry) => entry.effects?.allow === true)) return false;
    if (other.rule.effects.deny !== undefined) return true;
  }
  const { restrictions } = rule.rule.enforcement;
  const isEnforced =
    other.rule.enforcement.restrictions === 'deny' ||
    other.rule.enforcement.restrictions === restrictions;
  return isEnforced && isAtLeastAsStrict(others, effects);
}

/** Returns whether effects neither end the evaluation nor add anything. */
function onlyRestricts({ allow, deny, scopes, audience, claims }: EffectsDefinition): boolean {
  return (
    allow === undefined &&
    deny === undefined &&
    (scopes?.add ?? []).length === 0 &&
    (audience?.add ?? []).length === 0 &&
    Object.keys(claims?.set ?? {}).length === 0
  );
}

function isAtLeastAsStrict(strict: EffectsDefinition, effects: EffectsDefinition): boolean {
  return (
    isAtMost(strict.lifetime, effects.lifetime) &&
    isAtMost(strict.refresh_token?.lifetime, effects.refresh_token?.lifetime) &&
    (effects.refresh_token?.drop === undefined || strict.refresh_token?.drop === true) &&
    removesAll(strict.scopes?.remove, effects.scopes?.remove) &&
    removesAll(strict.audience?.remove, effects.audience?.remove) &&
    removesAll(strict.claims?.remove, effects.claims?.remove)
  );
}

function isAtMost(limit: number | undefined, other: number | undefined): boolean {
  return other === undefined || (limit !== undefined && limit <= other);
}

function removesAll(removed: readonly string[] = [], names: readonly string[] = []): boolean {
  // Most rules remove nothing, and each is compared with all others.
  if (names.length === 0) return true;
  const patterns = compilePatterns(removed);
  return names.every(
    (name) =>
      removed.includes(name) ||
      removed.includes('*') ||
      (!name.includes('*') && patterns.matches(name)),
  );
}

/** Returns whether a rule does nothing that another one, which is evaluated as well, does not do. */
function followsFrom(rule: RuleParts, other: RuleParts, { budget }: PolicyParts): boolean {
  const answer = holdsInAllWorlds(rule.formula, [other.formula], {
    budget,
    isRelevant: (world) => outcomeIn(rule.formula, world).status !== 'not-matched',
    test: (world) => {
      const outcome = outcomeIn(rule.formula, world);
      const otherOutcome = outcomeIn(other.formula, world);
      if (outcome.status === 'matched') return otherOutcome.status === 'matched';
      if (otherOutcome.status === 'matched' || otherOutcome.status === 'not-matched') return false;
      if (outcome.status === 'not-matched') return true;
      const isSame = outcome.status === otherOutcome.status;
      return isSame && areIncluded(outcome.reads, otherOutcome.reads);
    },
  });
  return answer === true;
}
