import { mapValue } from '../library/evaluation.ts';
import { isDynamic, type Node, type NodeOf } from '../library/node.ts';
import { bindOf } from '../library/syntax-tree.ts';
import type { Scope } from './scope.ts';
import { listOf, singleOf } from './values.ts';

/*
 * A claim with one value may arrive as the value or as a list of one. Each place in an expression expects one of
 * the two, and converts the other.
 */

/** Additions whose result must be a list. */
const listAdditions = new WeakSet<Node>();

/** Returns whether the result of an addition of two claims must be a list. */
export function mustBeList(addition: NodeOf<'+'>): boolean {
  return listAdditions.has(addition);
}

/** Converts a list of one to its element. */
export function coerceToSingle(node: Node): void {
  if (isDynamic(node)) mapValue(node, singleOf);
}

/** Converts a single value to a list of one. */
export function coerceToList(node: Node, scope: Scope): void {
  for (const addition of additionsIn(node, scope)) listAdditions.add(addition);
  if (isDynamic(node)) mapValue(node, listOf);
}

/** Returns the additions whose result may be the value of an expression. */
export function additionsIn(node: Node, scope: Scope): readonly Node[] {
  const inAll = (nodes: readonly Node[]) => nodes.flatMap((each) => additionsIn(each, scope));
  if (node.op === 'id') return scope.additions.get(node.args) ?? [];
  if (node.op === '+') return [node, ...inAll(node.args)];
  if (node.op === '?:') return inAll(node.args.slice(1));
  const binding = bindOf(node);
  return binding === undefined ? [] : inAll([binding.value, ...binding.body]);
}
