import { isDynamic, type Node, type NodeOf } from '../library/node.ts';
import { shapeOf } from './claim-shapes.ts';
import { coerceToList } from './coercion.ts';
import { COST } from './cost.ts';
import { FUNCTIONS, METHODS, type MeteredFunction, SIZE } from './functions.ts';
import type { Scope } from './scope.ts';
import { lengthOf, typeName } from './values.ts';

type CallNode = NodeOf<'call' | 'rcall'>;

/**
 * Counts the cost of a function or method call, and replaces the library's function where necessary.
 *
 * @param operands the receiver, if any, and the arguments.
 */
export function applyToCall(
  node: CallNode,
  name: string,
  operands: readonly Node[],
  scope: Scope,
): void {
  const metered = (node.op === 'call' ? FUNCTIONS : METHODS).get(name);
  if (metered !== undefined) meterCall(node, operands, metered, scope);
}

/** Makes `size` of a claim count its values. For anything else, `size` is that of CEL. */
export function applyToSize(node: CallNode, value: Node, scope: Scope): void {
  if (isDynamic(value) && shapeOf(value, scope.shapes).isClaim) coerceToList(value, scope);
  meterCall(node, [value], SIZE, scope);
}

function meterCall(
  node: CallNode,
  operands: readonly Node[],
  { cost, replacement }: MeteredFunction,
  { meter, inRequestLoop }: Scope,
): void {
  const handle = node.handle as unknown as (...values: unknown[]) => unknown;
  const isMethod = node.op === 'rcall';
  const baseCost = inRequestLoop ? COST.call : 0;
  node.evaluate = (ev, _, context) => {
    const values = new Array<unknown>(operands.length);
    // From last to first, as in the library: the order decides which error is thrown.
    for (let at = operands.length - 1; at >= 0; at--) {
      values[at] = ev.run(operands[at] as Node, context);
    }
    meter.spend(baseCost);
    cost(meter, values);
    // The library rejects arguments of other types.
    if (replacement !== undefined && values.every(hasType, replacement.types)) {
      return replacement.call(meter, values);
    }
    const result = isMethod ? handle(values, ev, node) : handle(values, node, ev);
    meter.spend(lengthOf(result) * COST.readCharacter);
    return result;
  };
}

/** A predicate for `every`, whose `this` is the list of expected types. */
function hasType(this: readonly string[], value: unknown, index: number): boolean {
  return typeName(value) === this[index];
}
