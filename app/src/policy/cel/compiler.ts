import type { Issues } from '../file/issues.ts';
import type { Constants } from './analysis/constant-issues.ts';
import { foldConstants } from './analysis/constants.ts';
import { reportContradictions } from './analysis/contradictions.ts';
import { checkLoopCosts } from './analysis/loop-costs.ts';
import { collectReferences, type References } from './analysis/references.ts';
import { describeError } from './describe-error.ts';
import { createEnvironment, declarationsFor, type PolicyNames } from './environment.ts';
import { declareHeaderTypes } from './header-types.ts';
import { evaluateNode, treeOf } from './library/evaluation.ts';
import type { Node } from './library/node.ts';
import { applySemantics } from './semantics/apply.ts';
import { CostMeter } from './semantics/cost.ts';
import type { Variables } from './variables/variables.ts';

/*
 * Expressions are compiled once, when the policy is loaded:
 *
 *   parse     library/      the CEL library builds a syntax tree
 *   check     environment   the library checks types against the variables of the policy language (variables/)
 *   semantics semantics/    replaces the evaluation of nodes where the policy language is stricter than CEL
 *   analyse   analysis/     reports what the type checker accepts, but the author cannot have intended
 *
 * On a request, an expression reads the variables that it needs (variables/, signal-reader.ts) and counts the
 * cost of its evaluation (semantics/cost.ts).
 */

/** A CEL expression that has been parsed, type-checked and analysed. */
export interface Expression {
  /** @throws SIGNAL_UNAVAILABLE if it needs a signal that has no value; another error if it cannot be evaluated. */
  evaluate(variables: Variables): unknown;
  readonly references: References;
  /** The CEL type of the value; `dyn` if it is known only at run time. */
  readonly type: string;
  /** For checks of the whole policy. */
  readonly ast: Node;
  /** Values of the parts that do not depend on the request. */
  readonly constants: Constants;
}

/** Compiles the expressions of one policy. */
export interface ExpressionCompiler {
  /** Returns `undefined` for an invalid expression, and adds the reason to `issues`. */
  compile(source: string, issues: Issues): Expression | undefined;
  /** The class of the variable `lists`. */
  readonly Lists: new () => object;
  /** The cost of the last evaluation of any of the expressions. */
  readonly costMeter: Pick<CostMeter, 'spent'>;
}

/** Creates the compiler of a policy. */
export function createExpressionCompiler(names: PolicyNames): ExpressionCompiler {
  const { lists } = names;
  class Lists {}
  const costMeter = new CostMeter();
  const environment = createEnvironment(Lists, lists, costMeter);
  const declarations = declarationsFor(names);

  function evaluateConstant(node: Node): unknown {
    costMeter.start(0);
    return evaluateNode(environment, node);
  }

  function compileOrThrow(source: string, issues: Issues): Expression {
    const parsed = environment.parse(source);
    const ast = treeOf(parsed);
    declareHeaderTypes(ast);
    const check = parsed.check();
    if (!check.valid) throw check.error;
    applySemantics(ast, costMeter);
    const constants = foldConstants(ast, evaluateConstant, issues);
    const references = collectReferences(ast, constants, declarations, issues);
    reportContradictions(ast, constants, issues);
    checkLoopCosts(ast, issues);
    const evaluate = (variables: Variables) => {
      costMeter.start(variables.cost);
      // Capturing a stack trace for each element on which a loop fails would cost more than the rest.
      const { stackTraceLimit } = Error;
      Error.stackTraceLimit = 0;
      try {
        return parsed(variables);
      } finally {
        Error.stackTraceLimit = stackTraceLimit;
        variables.cost += costMeter.spent;
        // `||` may have discarded the error, and another one may hide it: the limit applies in any case.
        costMeter.check();
      }
    };
    return { evaluate, references, type: String(check.type), ast, constants };
  }

  return {
    Lists,
    costMeter,
    compile(source, issues) {
      try {
        return compileOrThrow(source, issues);
      } catch (error) {
        const { message, ...details } = describeError(error, source, declarations);
        issues.add(message, details);
        return undefined;
      }
    },
  };
}
