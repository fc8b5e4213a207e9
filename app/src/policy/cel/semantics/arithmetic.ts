import { isDynamic, type Node, type NodeOf } from '../library/node.ts';
import { coerceToSingle, mustBeList } from './coercion.ts';
import { conditionError } from './condition-error.ts';
import { COST, type CostMeter } from './cost.ts';
import { handleOf } from './handles.ts';
import type { Scope } from './scope.ts';
import { elementsOf, lengthOf, listOf, singleOf, typeName } from './values.ts';

/**
 * JSON has one number type: a claim that is 0.5 in one request may be 1 in another, which CEL reads as an int.
 * Combined with a double, or with another claim, it counts as a double. A fraction combined with an int of the
 * policy is an error, because the type checker has declared the result an int.
 */
export function applyToArithmetic(node: NodeOf<'-' | '*' | '/' | '%'>): void {
  const [left, right] = node.args;
  coerceToSingle(left);
  coerceToSingle(right);
  if (!isDynamic(left) && !isDynamic(right)) return;
  const handle = handleOf(node);
  node.evaluate = (ev, _, context) => {
    const a = ev.run(left, context);
    const b = ev.run(right, context);
    return handle(widenToDouble(a, left, b), widenToDouble(b, right, a), node, ev);
  };
}

/** Concatenates two claims if the result must be a list, and otherwise adds them by their types. */
export function applyToAddition(node: NodeOf<'+'>, { meter }: Scope): void {
  const [left, right] = node.args;
  const handle = handleOf(node);
  const hasList = isList(left) || isList(right);
  const hasClaimsOnly = isDynamic(left) && isDynamic(right);
  node.evaluate = (ev, _, context) => {
    const a = ev.run(left, context);
    const b = ev.run(right, context);
    if (hasList || (hasClaimsOnly && (mustBeList(node) || (elementsOf(a) && elementsOf(b))))) {
      return concatenate(a, b, meter);
    }
    const [first, second] = [singleOf(a), singleOf(b)];
    meter.spend((lengthOf(first) + lengthOf(second)) * COST.readCharacter);
    if (hasClaimsOnly && (elementsOf(first) || elementsOf(second))) {
      return concatenate(first, second, meter);
    }
    return handle(
      widenToDouble(first, left, second),
      widenToDouble(second, right, first),
      node,
      ev,
    );
  };
}

/** Converts the value of a claim from int to double if the other operand is a double. */
function widenToDouble(value: unknown, node: Node, other: unknown): unknown {
  const isConvertible = typeof value === 'bigint' && typeof other === 'number';
  return isConvertible && isDynamic(node) ? Number(value) : value;
}

function concatenate(a: unknown, b: unknown, meter: CostMeter): unknown[] {
  const [first, second] = [elementsOf(listOf(a)), elementsOf(listOf(b))];
  if (first === undefined || second === undefined) {
    throw conditionError(`cannot add values of type ${typeName(a)} and ${typeName(b)}`);
  }
  meter.spend((first.length + second.length) * COST.madeElement);
  return [...first, ...second];
}

function isList({ checkedType }: Node): boolean {
  return checkedType?.kind === 'list';
}
