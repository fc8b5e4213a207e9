import { isNode, type Node } from './syntax-tree.ts';

/*
 * The parts of the CEL library's syntax tree, type checker and evaluator that the policy language builds
 * on. The library's version is pinned; a new one that differs fails the tests of the policy language.
 */

/** A type of the type checker. */
export interface CelType {
  /** `dyn` where only the request gives the value a type. */
  readonly kind: string;
  readonly name: string;
  /** Whether it is `dyn`, or has elements, keys or values that are. */
  readonly hasDynType: boolean;
  readonly keyType?: CelType;
  readonly valueType?: CelType;
}

export interface Evaluator {
  run(node: Node, context: unknown): unknown;
  /** Returns the value, or the error that was thrown. */
  tryEval(node: Node, context: unknown): unknown;
  readonly optionalType: { field(base: unknown, key: unknown, node: Node, ev: Evaluator): unknown };
}

export type Evaluate = (ev: Evaluator, node: CheckedNode, context: unknown) => unknown;

export type Check = (checker: TypeChecker, node: CheckedNode, context: unknown) => CelType;

export interface TypeChecker {
  getType(name: string): CelType;
}

/** What a macro is replaced by: another node, or an object that evaluates itself. */
interface Meta {
  /** Constants of the library have one too, e.g. the type `int`. */
  readonly alternate?: CheckedNode;
  readonly macro?: { readonly evaluate: (ev: Evaluator, macro: unknown, ctx: unknown) => unknown };
  readonly check: Check;
  readonly evaluate: Evaluate;
}

/** A node that has been type-checked. */
export interface CheckedNode extends Node {
  readonly checkedType?: CelType;
  readonly meta: Meta;
  setMeta(key: 'check', value: Check): this;
  /** How the node is evaluated; assigning it changes that. */
  evaluate: Evaluate;
  /** What the library does with the values of the operands or arguments. */
  readonly handle?: (...values: never[]) => unknown;
}

/** The arguments of a node that loops, as `exists` and `map` do. */
export interface LoopArguments {
  readonly iterable: CheckedNode;
  readonly init: CheckedNode;
  readonly step: CheckedNode;
  /** Whether the loop goes on, given what it has come to so far. */
  readonly condition?: (accumulated: unknown) => boolean;
  readonly result: (accumulated: unknown) => unknown;
  /** Whether one turn that fails ends the loop. */
  readonly errorsAreFatal: boolean;
  readonly iterCtx: { reuse(context: unknown): LoopContext };
}

interface LoopContext {
  accuValue: unknown;
  setIterValue(value: unknown, ev: Evaluator): LoopContext;
}

/** Returns the type of a node of a type-checked tree; `undefined` for anything else. */
export function typeOf(value: unknown): CelType | undefined {
  return isNode(value) ? (value as CheckedNode).checkedType : undefined;
}

/** Returns how a node is evaluated now. */
export function evaluatorOf(node: CheckedNode): Evaluate {
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
export function mapValue(node: CheckedNode, transform: (value: unknown) => unknown): void {
  const evaluate = evaluatorOf(node);
  node.evaluate = (ev, self, context) => transform(evaluate(ev, self, context));
}

/** Whether only the request gives the value of a node its type. */
export function isDynamic(node: CheckedNode): boolean {
  return node.checkedType?.kind === 'dyn';
}
