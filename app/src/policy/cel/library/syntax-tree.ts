import type { Node } from './node.ts';

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).op === 'string';
}

/** Returns the nodes directly below a node, in source order. */
export function childrenOf(node: Node): readonly Node[] {
  const children: Node[] = [];
  addNodes(node.args, children);
  return children;
}

/** Much faster than `flatMap`, in which loading a policy would spend a third of its time. */
function addNodes(value: unknown, nodes: Node[]): void {
  // Names and literals first, which are the most frequent.
  if (typeof value !== 'object' || value === null) return;
  if (isNode(value)) nodes.push(value);
  else if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) addNodes(value[index], nodes);
  }
}

/**
 * Visits a node and everything below it, parents first and in source order. Skips the children of a node for
 * which `visit` returns `'skip-children'`.
 */
export function walk(node: Node, visit: (node: Node) => 'skip-children' | undefined): void {
  if (visit(node) === 'skip-children') return;
  for (const child of childrenOf(node)) walk(child, visit);
}

/** Returns whether a node or any node below it satisfies a test. */
export function someNode(node: Node, test: (node: Node) => boolean): boolean {
  return test(node) || childrenOf(node).some((child) => someNode(child, test));
}

export function countNodes(node: Node): number {
  return childrenOf(node).reduce((sum, child) => sum + countNodes(child), 1);
}

/** Methods that evaluate an expression for each element of a list or each key of a map. */
export const LOOPS: ReadonlySet<string> = new Set(['exists', 'all', 'exists_one', 'filter', 'map']);

/** A variable that an expression declares: `scope` in `token.scopes.exists(scope, scope == "a")`. */
export interface Binding {
  readonly name: string;
  /** The value of the variable, or for a loop the list or map that contains its values. */
  readonly value: Node;
  /** The expressions in which the variable is known. */
  readonly body: readonly Node[];
}

/** Returns the binding of a loop; `undefined` for any other node. */
export function loopOf(node: Node): Binding | undefined {
  if (node.op !== 'rcall') return undefined;
  const [method, value, [variable, ...body]] = node.args;
  if (!LOOPS.has(method) || variable?.op !== 'id' || body.length === 0) return undefined;
  return { name: variable.args, value, body };
}

/**
 * Returns the binding of a call of `cel.bind`; `undefined` for any other node. The library finds macros by
 * their name and ignores the receiver, so this does as well.
 */
export function bindOf(node: Node): Binding | undefined {
  if (node.op !== 'rcall' || node.args[0] !== 'bind') return undefined;
  const [variable, value, ...body] = node.args[2];
  if (variable?.op !== 'id' || value === undefined) return undefined;
  return { name: variable.args, value, body };
}

/** Returns the variable that a loop or `cel.bind` declares. */
export function bindingOf(node: Node): Binding | undefined {
  return loopOf(node) ?? bindOf(node);
}

/**
 * Returns whether an expression uses no variables but these and those of its own loops. Constants of the library, such
 * as the type `int`, do not count.
 */
export function usesOnly(node: Node, variables: ReadonlySet<string>): boolean {
  if (node.op === 'id') return variables.has(node.args) || node.meta.alternate !== undefined;
  const loop = loopOf(node);
  if (loop === undefined) return childrenOf(node).every((child) => usesOnly(child, variables));
  const inside = new Set([...variables, loop.name]);
  return usesOnly(loop.value, variables) && loop.body.every((part) => usesOnly(part, inside));
}
