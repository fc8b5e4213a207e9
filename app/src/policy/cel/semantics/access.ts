import { isOptional } from '../library/evaluation.ts';
import {
  type Evaluate,
  type Evaluator,
  isDynamic,
  type Node,
  type NodeOf,
} from '../library/node.ts';
import { conditionError } from './condition-error.ts';
import { COST } from './cost.ts';
import { handleOf, keyTypeOf } from './handles.ts';
import type { Scope } from './scope.ts';
import { elementsOf, isScalar, lengthOf, listOf, singleOf, typeName } from './values.ts';

type KeyOf = (ev: Evaluator, context: unknown) => unknown;

/** Applies to `owner.field`, `owner[key]`, and their optional forms. */
export function applyToAccess(node: NodeOf<'.' | '[]' | '.?' | '[?]'>, scope: Scope): void {
  const [owner, key] = node.args;
  const keyOf = keyReader(key);
  if (node.op === '.?' || node.op === '[?]') {
    node.evaluate = accessOptional(owner, keyOf, scope);
  } else if (isDynamic(owner)) {
    node.evaluate = accessDynamic(node, owner, keyOf, scope);
  } else if (typeof key !== 'string' && key.op !== 'value') {
    node.evaluate = accessTyped(node, owner, keyOf, scope);
  }
}

function keyReader(key: Node | string): KeyOf {
  return (ev, context) => (typeof key === 'string' ? key : ev.run(key, context));
}

function accessDynamic(node: Node, owner: Node, keyOf: KeyOf, { meter }: Scope): Evaluate {
  const handle = handleOf(node);
  return (ev, _, context) => {
    const value = ev.run(owner, context);
    const key = keyOf(ev, context);
    meter.spend(lengthOf(key) * COST.readCharacter);
    return handle(ownerOf(value, key), key, node, ev);
  };
}

/** A computed key may be long, and may have another type than the keys of the owner. */
function accessTyped(node: Node, owner: Node, keyOf: KeyOf, { meter }: Scope): Evaluate {
  const handle = handleOf(node);
  const keyType = keyTypeOf(owner);
  return (ev, _, context) => {
    const value = ev.run(owner, context);
    const key = keyOf(ev, context);
    meter.spend(lengthOf(key) * COST.readCharacter);
    if (keyType !== undefined && keyType !== 'dyn' && typeName(key) !== keyType) {
      throw conditionError(
        `cannot read a key of type ${typeName(key)} from a map with keys of type ${keyType}`,
      );
    }
    return handle(value, key, node, ev);
  };
}

/** Returns an empty optional for an absent value. An owner of another type is an error. */
function accessOptional(owner: Node, keyOf: KeyOf, { meter }: Scope): Evaluate {
  return (ev, node, context) => {
    const value = contentOf(ev.run(owner, context));
    const key = keyOf(ev, context);
    meter.spend(lengthOf(key) * COST.readCharacter);
    const empty = () => ev.optionalType.field(undefined, key, node, ev);
    if (value === undefined || value === null) return empty();
    const found = ev.optionalType.field(ownerOf(value, key), key, node, ev);
    return contentOf(found) === null ? empty() : found;
  };
}

/** Returns what a key is read from: the list for an index, the only object of a list for a name. */
function ownerOf(value: unknown, key: unknown): unknown {
  if (typeof key === 'bigint' || typeof key === 'number') return listOf(value);
  const owner = singleOf(value);
  if (isScalar(owner) || elementsOf(owner) !== undefined) {
    throw conditionError(`cannot read a field of a value of type ${typeName(owner)}`);
  }
  return owner;
}

/** Returns the content of an optional, `undefined` if it is empty, and any other value unchanged. */
function contentOf(value: unknown): unknown {
  if (!isOptional(value)) return value;
  return value.hasValue() ? value.value() : undefined;
}
