import type { Issues } from '../../file/issues.ts';
import {
  type CelType,
  DURATION_TYPE,
  type Node,
  type NodeOf,
  TIMESTAMP_TYPE,
} from '../library/node.ts';
import { print } from '../library/print.ts';
import { LOOPS } from '../library/syntax-tree.ts';
import {
  claimMethodIssue,
  claimOperandIssue,
  hiddenTypeIssue,
  nestedClaimIssue,
  uintOperandIssue,
} from './claim-type-rules.ts';

/*
 * Combinations of types that the library's type checker accepts, but that fail on every request, or are false
 * whatever the values are.
 */

const TYPES_WITHOUT_FIELDS = new Set([TIMESTAMP_TYPE, DURATION_TYPE, 'bytes', 'type', 'uint']);

/** Types that have a field of any name. */
const TYPES_WITH_ANY_FIELD = new Set(['StringMap', 'Claims']);

const KEY_TYPES = ['string', 'int', 'uint', 'bool'];

/** Keys that the library removes from maps, to prevent prototype pollution. */
const REMOVED_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/** Reports a type-checked node whose types can never work together. */
export function checkTypes(node: Node, issues: Issues): void {
  const reason = issueOf(node);
  if (reason !== undefined) issues.add(`${reason} (in: ${print(node)})`);
}

function issueOf(node: Node): string | undefined {
  switch (node.op) {
    case '==':
    case '!=': {
      const [left, right] = typesOf(node.args);
      return comparisonIssue(left, right) ?? nestedClaimIssue(left, right);
    }
    case 'in': {
      const [value, container] = typesOf(node.args);
      return membershipIssue(value, container);
    }
    case '<':
    case '<=':
    case '>':
    case '>=':
    case '+':
    case '-':
    case '*':
    case '/':
    case '%': {
      const [left, right] = typesOf(node.args);
      return claimOperandIssue(left, right) ?? uintOperandIssue(left, right);
    }
    case '.':
    case '.?': {
      const owner = node.args[0].checkedType;
      return fieldsIssue(owner, false) ?? keyIssue(owner, 'string');
    }
    case '[]':
    case '[?]': {
      const [owner, key] = node.args;
      const isComputed = key.op !== 'value';
      return (
        fieldsIssue(owner.checkedType, isComputed) ??
        keyIssue(owner.checkedType, key.checkedType?.name)
      );
    }
    case 'map':
      return mapIssue(node);
    case 'call': {
      const [name, [argument]] = node.args;
      return name === 'dyn' ? hiddenTypeIssue(argument?.checkedType) : undefined;
    }
    case '?:': {
      const [, whenTrue, whenFalse] = node.args;
      if (node.checkedType?.kind !== 'dyn') return undefined;
      return hiddenTypeIssue(whenTrue.checkedType) ?? hiddenTypeIssue(whenFalse.checkedType);
    }
    case 'rcall':
      return methodIssue(node);
    default:
      return undefined;
  }
}

type MaybeType = CelType | undefined;

function typesOf([left, right]: readonly [Node, Node]): readonly [MaybeType, MaybeType] {
  return [left.checkedType, right.checkedType];
}

/** Objects such as `geo`, and optionals, are never equal for the library. */
function comparisonIssue(...types: readonly MaybeType[]): string | undefined {
  const type = types.map(incomparableType).find((found) => found !== undefined);
  return (
    type &&
    `values of type ${type} cannot be compared; compare a field, or the value of an optional`
  );
}

function incomparableType(type: MaybeType): string | undefined {
  if (type === undefined) return undefined;
  if (type.kind === 'optional') return type.name;
  if (type.kind === 'message') {
    return type.name === TIMESTAMP_TYPE || type.name === DURATION_TYPE ? undefined : type.name;
  }
  return incomparableType(type.keyType) ?? incomparableType(type.valueType);
}

function membershipIssue(value: MaybeType, container: MaybeType): string | undefined {
  if (container?.kind === 'map' && isKnown(container.keyType) && !isKeyType(container.keyType)) {
    return `a map cannot have keys of type ${container.keyType?.name}`;
  }
  if (container?.kind === 'message') return undefined;
  const elements = container?.kind === 'list' ? container.valueType : undefined;
  return comparisonIssue(value, container) ?? nestedClaimIssue(value, elements);
}

function isKnown(type: MaybeType): boolean {
  return type !== undefined && type.kind !== 'dyn' && type.kind !== 'param';
}

function isKeyType(type: MaybeType): boolean {
  return KEY_TYPES.includes(type?.name ?? '');
}

function mapIssue(node: NodeOf<'map'>): string | undefined {
  const keyType = node.checkedType?.keyType;
  if (isKnown(keyType) && !isKeyType(keyType)) {
    return `the keys of a map must be of type string, int, uint or bool, not ${keyType?.name}`;
  }
  const removed = node.args
    .map(([key]) => key)
    .find((key) => key.op === 'value' && REMOVED_KEYS.has(String(key.args)));
  return removed && `a map cannot have the key ${print(removed)}`;
}

/** The type checker accepts fields of types that have none, and computed field names. */
function fieldsIssue(owner: MaybeType, isComputed: boolean): string | undefined {
  const type = owner?.kind === 'optional' ? owner.valueType : owner;
  if (type === undefined) return undefined;
  if (TYPES_WITHOUT_FIELDS.has(type.name) || type.kind === 'optional') {
    return `a value of type ${type.name} has no fields`;
  }
  if (type.kind === 'message' && isComputed && !TYPES_WITH_ANY_FIELD.has(type.name)) {
    return `a field of ${type.name} must be accessed by name, as in organization.name`;
  }
  return undefined;
}

/** The type checker accepts keys of any type. */
function keyIssue(owner: MaybeType, key: string | undefined): string | undefined {
  const type = owner?.kind === 'optional' ? owner.valueType : owner;
  if (key === undefined || key === 'dyn') return undefined;
  if (type?.kind === 'dyn' && key !== 'string' && key !== 'int') {
    return `a claim has no keys of type ${key}; convert it with string(…) or int(…)`;
  }
  if (type?.kind !== 'map' || !isKnown(type.keyType) || type.keyType?.name === key) {
    return undefined;
  }
  return `a map with keys of type ${type.keyType?.name} has no key of type ${key}`;
}

function methodIssue(node: NodeOf<'rcall'>): string | undefined {
  const [name, receiver, args] = node.args;
  const type = receiver.checkedType;
  if (type?.kind === 'dyn') return claimMethodIssue(name, args);
  if (LOOPS.has(name) && type?.kind === 'map' && isKnown(type.keyType)) {
    if (type.keyType?.name !== 'string') return 'a loop over a map requires keys of type string';
  }
  if (name === 'json' && receiver.op !== 'call') {
    return 'json() requires bytes that were made from a string; write bytes(text).json()';
  }
  const [fallback] = args;
  if (name === 'orValue' && fallback !== undefined) {
    const content = type?.kind === 'optional' ? type.valueType : undefined;
    if (content?.kind === 'dyn') return hiddenTypeIssue(fallback.checkedType);
    if (fallback.checkedType?.kind === 'dyn') return hiddenTypeIssue(content);
  }
  return undefined;
}
