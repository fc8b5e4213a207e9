import { atomsOf, type Formula } from '../cel/analysis/formula.ts';
import type { Node } from '../cel/library/node.ts';
import { print } from '../cel/library/print.ts';
import { walk } from '../cel/library/syntax-tree.ts';
import type { PolicyCheck, PolicyParts, RuleParts } from './policy-parts.ts';
import { MISSING, outcomeIn, UNKNOWN } from './reasoning/outcome.ts';
import { appliesWhereverApplied } from './reasoning/rule-order.ts';
import { holdsInAllWorlds } from './reasoning/worlds.ts';

/** Signals whose strings are never empty: a field without a value is missing. */
const SIGNALS_WITHOUT_EMPTY = new Set(['address', 'geo', 'network']);

/** Reports comparisons with `""` of fields that are unknown rather than empty. */
export const checkEmptyFields: PolicyCheck = ({ rules }) => {
  for (const { formula, issues } of rules) {
    const reported = new Set<string>();
    for (const atom of atomsOf(formula)) {
      if (atom.op !== 'compare' || !atom.bounds.includes('')) continue;
      const { unit = '', node, key } = atom.variable;
      if (node === undefined || !SIGNALS_WITHOUT_EMPTY.has(unit) || reported.has(key)) continue;
      reported.add(key);
      issues
        .within(node.start, node.end - node.start)
        .warn(
          'never-empty',
          `${print(node)} is never empty: while it is unknown, the entry unknown.${unit} applies; write !has(${print(node)}) to test for it`,
          { suggestion: `!has(${print(node)})` },
        );
    }
  }
};

/** Claims that the identity server adds after it has asked, and what to read instead. */
const LATER_CLAIMS: Readonly<Record<string, string>> = {
  exp: 'token.lifetime',
  iat: 'now.timestamp',
  nbf: 'now.timestamp',
  jti: 'request.client_id',
  scope: 'token.scopes',
};

/** Reports claims that a request never contains. */
export const checkLaterClaims: PolicyCheck = ({ rules }) => {
  for (const { condition, issues } of rules) {
    walk(condition.ast, (node) => {
      const claim = claimOf(node);
      const instead = claim === undefined ? undefined : LATER_CLAIMS[claim];
      if (instead === undefined) return;
      issues
        .within(node.start, node.end - node.start)
        .warn(
          'later-claim',
          `a request never contains the claim ${claim}, because the identity server adds it afterwards, so it is null here; read ${instead} instead`,
          { suggestion: instead },
        );
    });
  }
};

function claimOf(node: Node): string | undefined {
  if (node.op !== '.' && node.op !== '[]' && node.op !== '.?' && node.op !== '[?]') return;
  const [owner, key] = node.args;
  if (owner.checkedType?.name !== 'Claims') return;
  if (typeof key === 'string') return Object.hasOwn(LATER_CLAIMS, key) ? key : undefined;
  const name = key.op === 'value' ? String(key.args) : '';
  return Object.hasOwn(LATER_CLAIMS, name) ? name : undefined;
}

/**
 * Reports rules for absent values that are never reached without the value: a rule above reads it in each request, and the
 * entry of `unknown` then ends the evaluation.
 */
export const checkAbsenceTests: PolicyCheck = (parts) => {
  for (const [position, each] of parts.rules.entries()) {
    if (!atomsOf(each.formula).some(({ op }) => op === 'has')) continue;
    const above = parts.rules.slice(0, position);
    const reader = above.find((earlier) => endsWithout(earlier, each, parts));
    if (reader === undefined) continue;
    each.issues.warn(
      'unreachable-absence',
      `never matches: rule "${reader.rule.id}" above it reads the same field, so while it is unknown the entry of unknown has already refused or allowed the token; move this rule above that one`,
    );
  }
};

/** Returns whether a rule needs the absence of a field without which an earlier rule ends the evaluation. */
function endsWithout(earlier: RuleParts, later: RuleParts, parts: PolicyParts): boolean {
  if (!appliesWhereverApplied(earlier, later, parts.definition.mode)) return false;
  const field = fieldReadBy(earlier.formula);
  const signal = field?.unit;
  if (field === undefined || signal === undefined) return false;
  if (!isTerminal('address', parts) || !isTerminal(signal, parts)) return false;
  const answer = holdsInAllWorlds(later.formula, [], {
    budget: parts.budget,
    test: (world) => {
      const state = world.states.get(field.key);
      const isAbsent = state === MISSING || state === UNKNOWN;
      return outcomeIn(later.formula, world).status !== 'matched' || isAbsent;
    },
  });
  return answer === true;
}

/** Returns the only field that a condition reads, if it reads that one in every evaluation. */
function fieldReadBy(formula: Formula) {
  const [first, ...others] = atomsOf(formula);
  if (first?.op !== 'compare') return undefined;
  const { key } = first.variable;
  const isSame = others.every((other) => other.op === 'compare' && other.variable.key === key);
  return isSame ? first.variable : undefined;
}

/** Returns whether each entry of an unknown signal ends the evaluation. */
function isTerminal(signal: string, { unknown }: PolicyParts): boolean {
  const entries = unknown.filter((entry) => entry.signal === signal);
  return (
    entries.length > 0 &&
    entries.every(({ effects }) => effects?.allow === true || effects?.deny !== undefined)
  );
}
