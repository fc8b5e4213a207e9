import type { Evaluator, Node } from '../library/node.ts';

/** Returns the library's implementation of a binary operator or field access. */
export function handleOf(
  node: Node,
): (left: unknown, right: unknown, node: Node, ev: Evaluator) => unknown {
  return node.handle as never;
}

/** Returns the type of the keys of a map, and of the names of headers, parameters and claims. */
export function keyTypeOf({ checkedType }: Node): string | undefined {
  if (checkedType?.kind === 'message') return 'string';
  return checkedType?.kind === 'map' ? checkedType.keyType?.name : undefined;
}
