import { atomsOf, type Formula, formulaOf } from '../cel/analysis/formula.ts';
import type { Node } from '../cel/library/node.ts';
import { print } from '../cel/library/print.ts';
import { walk } from '../cel/library/syntax-tree.ts';
import type { PolicyCheck, PolicyParts, RuleParts } from './policy-parts.ts';
import { type Outcome, outcomeIn } from './reasoning/outcome.ts';
import { holdsInAllWorlds } from './reasoning/worlds.ts';

/** Reports conditions, and alternatives in conditions, with the same result for every request. */
export const checkConstantConditions: PolicyCheck = (parts) => {
  for (const each of parts.rules) checkCondition(each, parts);
};

function checkCondition(each: RuleParts, parts: PolicyParts): void {
  const { formula, issues, rule } = each;
  if (neverMatches(formula, parts)) {
    const empty = emptyListIn(each, parts);
    issues.warn(
      'never-matches',
      rule.source.when === 'false'
        ? 'never matches, so the rule does nothing; remove the rule, or write the condition that it needs'
        : empty === undefined
          ? 'never matches, whatever the request is, so the rule does nothing; correct the condition, or remove the rule'
          : `never matches as long as lists.${empty} is empty, so the rule does nothing; add entries to the list, or remove the rule`,
    );
    return;
  }
  if (rule.source.when !== 'true' && alwaysMatches(formula, parts)) {
    const isOfSignal = atomsOf(formula).some((atom) =>
      atom.op === 'opaque' ? atom.readsSignal : atom.variable.unit !== undefined,
    );
    issues.warn(
      'always-matches',
      isOfSignal
        ? 'matches every request whose signals are known, so it tests nothing else; compare with a value that makes a difference, or write true'
        : 'matches every request; compare with a value that makes a difference, or write true',
    );
    return;
  }
  checkAlternatives(each, parts);
}

/** Returns the name of an empty list that a condition reads. */
function emptyListIn({ condition }: RuleParts, { lists }: PolicyParts): string | undefined {
  return [...condition.references.lists].find((name) => lists.get(name)?.entries.length === 0);
}

/** Reports alternatives of `||` that are never true. */
function checkAlternatives({ condition, issues }: RuleParts, parts: PolicyParts): void {
  const { ast, constants } = condition;
  const check = (node: Node) => {
    if (node.op === '||' || !neverMatches(formulaOf(node, constants, parts.lists), parts)) return;
    issues
      .within(node.start, node.end - node.start)
      .warn(
        'never-matches',
        `${print(node)} is never true, so this alternative does nothing; correct or remove it`,
      );
  };
  walk(ast, (node) => {
    if (node.op === '||') node.args.forEach(check);
    return node.op === '||' || node.op === '&&' || node.op === '!_' || node.op === '?:'
      ? undefined
      : 'skip-children';
  });
}

/** Returns whether a condition is true for no request. It may still need an unknown signal. */
export function neverMatches(formula: Formula, parts: PolicyParts): boolean {
  return always(formula, parts, ({ status }) => status === 'not-matched' || status === 'unknown');
}

function alwaysMatches(formula: Formula, parts: PolicyParts): boolean {
  return always(formula, parts, ({ status }) => status === 'matched' || status === 'unknown');
}

function always(
  formula: Formula,
  { budget }: PolicyParts,
  test: (outcome: Outcome) => boolean,
): boolean {
  const isTrue = holdsInAllWorlds(formula, [], {
    budget,
    test: (world) => test(outcomeIn(formula, world)),
  });
  return isTrue === true;
}
