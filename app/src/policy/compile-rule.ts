import type { Enforcement, Unenforceable } from '../action/change.ts';
import type { SignalName } from '../signals/request-signals.ts';
import { mergeReferences, type References } from './cel/analysis/references.ts';
import type { Expression, ExpressionCompiler } from './cel/compiler.ts';
import { compileEffects } from './effects/effects.ts';
import type { Issues } from './file/issues.ts';
import type { RuleDefinition } from './file/schema.ts';
import type { Rule } from './policy.ts';

export interface CompiledRule {
  /** `undefined` if the rule has issues. */
  readonly rule: Rule | undefined;
  /** Signals that the condition may read. */
  readonly signals: ReadonlySet<SignalName>;
  /** References of the condition and the effects. */
  readonly references: References;
  readonly condition: Expression | undefined;
}

/** @param policyDefault the policy's `unenforceable`. */
export function compileRule(
  definition: RuleDefinition,
  policyDefault: Unenforceable,
  compiler: ExpressionCompiler,
  issues: Issues,
): CompiledRule {
  const when = String(definition.when);
  const condition = compileCondition(when, compiler, issues.at('when'));
  const effects = definition.then && compileEffects(definition.then, compiler, issues.at('then'));
  const parts = [condition, effects].filter((part) => part !== undefined);
  const enforcement = enforcementOf(definition.unenforceable, policyDefault);
  return {
    rule: condition &&
      effects && {
        id: definition.id,
        when: condition.evaluate,
        requiredSignal: condition.references.requiredSignal,
        signals: condition.references.signals,
        reputationUse: condition.references.reputationUse,
        source: {
          when: when.trim(),
          variables: condition.references.variables,
          tree: condition.ast,
        },
        effects,
        mode: definition.mode,
        enforcement,
        restrictsOnFailure:
          effects.restricts || effects.restriction(definition.id, enforcement) !== undefined,
      },
    signals: condition?.references.signals ?? new Set(),
    references: mergeReferences(parts.map(({ references }) => references)),
    condition,
  };
}

/** The policy's `unenforceable` covers restrictions only; a rule's own covers all its effects. */
export function enforcementOf(
  own: Unenforceable | undefined,
  policyDefault: Unenforceable,
): Enforcement {
  return { restrictions: own ?? policyDefault, additions: own ?? 'ignore' };
}

function compileCondition(
  text: string,
  compiler: ExpressionCompiler,
  issues: Issues,
): Expression | undefined {
  const expression = compiler.compile(text, issues);
  if (expression !== undefined && expression.type !== 'bool') {
    const remedy = expression.type === 'dyn' ? 'compare it, e.g. with == true' : 'compare it';
    issues.add(
      `a condition must be true or false, not ${expression.type}; ${remedy} (in: ${text.trim()})`,
    );
  }
  return expression;
}
