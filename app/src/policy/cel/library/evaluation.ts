import { type ASTNode, Environment } from '@marcbachmann/cel-js';
import type { Evaluate, Node } from './node.ts';

/** Returns the tree of a parsed expression, with the fields that the library does not declare. */
export function treeOf({ ast }: { readonly ast: ASTNode }): Node {
  return ast as unknown as Node;
}

/** Returns the current evaluation of a node, so that a replacement can call it. */
export function evaluationOf(node: Node): Evaluate {
  if (Object.hasOwn(node, 'evaluate')) {
    const own = node.evaluate;
    return (ev, _, context) => own.call(node, ev, node, context);
  }
  const { alternate, macro, evaluate } = node.meta;
  if (alternate !== undefined) return (ev, _, ctx) => alternate.evaluate(ev, alternate, ctx);
  if (macro !== undefined) return (ev, _, ctx) => macro.evaluate(ev, macro, ctx);
  return evaluate;
}

/** Passes each value of a node through a function. */
export function mapValue(node: Node, transform: (value: unknown) => unknown): void {
  const evaluate = evaluationOf(node);
  node.evaluate = (ev, self, context) => transform(evaluate(ev, self, context));
}

/**
 * Evaluates a type-checked node that uses no variables.
 *
 * The library evaluates whole expressions only, so the node takes the place of another expression's root.
 */
export function evaluateNode(environment: Environment, node: Node): unknown {
  const host = environment.parse('true');
  host.check();
  treeOf(host).evaluate = (ev, _, context) => node.evaluate(ev, node, context);
  return host();
}

const untyped = new Environment({ unlistedVariablesAreDyn: true });

/** Evaluates an expression in which these variables may have any type. */
export function evaluateUntyped(
  expression: string,
  variables: Readonly<Record<string, unknown>>,
): unknown {
  return untyped.evaluate(expression, variables);
}

interface Optional {
  hasValue(): boolean;
  value(): unknown;
}

/** Returns whether a value is an optional. The library does not export the class. */
export function isOptional(value: unknown): value is Optional {
  return (
    typeof value === 'object' &&
    value !== null &&
    'hasValue' in value &&
    typeof value.hasValue === 'function'
  );
}
