import type { Issues } from '../../file/issues.ts';
import { type CelType, typeOf } from '../library/cel-js.ts';
import { isNode, type Node } from '../library/syntax-tree.ts';
import { show } from './constants.ts';
import { LOOPS } from './loop-costs.ts';

/*
 * What the library's type checker accepts, and what then fails on every request, or is false whatever is
 * compared.
 */

const TIMESTAMP = 'google.protobuf.Timestamp';
const DURATION = 'google.protobuf.Duration';

const LIBRARY_TYPES = new Set([TIMESTAMP, DURATION, 'bytes', 'type', 'uint']);

/** Types of which any name may be read. */
const BY_ANY_NAME = new Set(['Texts', 'Claims']);

/** Methods that some value of a claim has, a text, a list or a map, with the types of their arguments. */
const CLAIM_METHODS: Readonly<Record<string, readonly string[]>> = {
  contains: ['string'],
  endsWith: ['string'],
  indexOf: ['string', 'int'],
  join: ['string'],
  lastIndexOf: ['string', 'int'],
  lowerAscii: [],
  matches: ['string'],
  size: [],
  split: ['string', 'int'],
  startsWith: ['string'],
  substring: ['int', 'int'],
  trim: [],
  upperAscii: [],
};

/** Names that the library leaves out of a map, so that a client cannot reach them. */
const DROPPED_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/** Reports a node whose types can never work together. The tree must be type-checked. */
export function checkTypes(node: Node, problems: Issues): void {
  const reason = reasonAgainst(node);
  if (reason !== undefined) problems.add(`${reason} (in: ${show(node)})`);
}

function reasonAgainst(node: Node): string | undefined {
  const args: readonly unknown[] = Array.isArray(node.args) ? node.args : [node.args];
  const [first, second, third] = args;
  switch (node.op) {
    case '==':
    case '!=':
      return comparison(typeOf(first), typeOf(second)) ?? parts(typeOf(first), typeOf(second));
    case 'in':
      return membership(typeOf(first), typeOf(second));
    case '<':
    case '<=':
    case '>':
    case '>=':
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return withClaim(typeOf(first), typeOf(second)) ?? withUint(first, second);
    case '.':
    case '.?':
      return access(typeOf(first), undefined) ?? key(typeOf(first), 'string');
    case '[]':
    case '[?]':
      return access(typeOf(first), second) ?? key(typeOf(first), typeOf(second)?.name);
    case 'map':
      return mapKeys(args, typeOf(node));
    case 'call':
      return first === 'dyn' && Array.isArray(second) ? hidden(typeOf(second[0])) : undefined;
    case '?:':
      return typeOf(node)?.kind === 'dyn'
        ? (hidden(typeOf(second)) ?? hidden(typeOf(third)))
        : undefined;
    case 'rcall':
      return method(String(first), second, third);
    default:
      return undefined;
  }
}

/** Variables such as `geo`, and optionals, which the library never finds equal. */
function comparison(...types: readonly (CelType | undefined)[]): string | undefined {
  const type = types.map(incomparable).find((found) => found !== undefined);
  return (
    type &&
    `values of type ${type} cannot be compared; compare a field, or the value of an optional`
  );
}

function incomparable(type: CelType | undefined): string | undefined {
  if (type === undefined) return undefined;
  if (type.kind === 'optional') return type.name;
  if (type.kind === 'message') {
    return type.name === TIMESTAMP || type.name === DURATION ? undefined : type.name;
  }
  return incomparable(type.keyType) ?? incomparable(type.valueType);
}

function membership(left: CelType | undefined, right: CelType | undefined): string | undefined {
  if (right?.kind === 'map' && isKnown(right.keyType) && !isKeyType(right.keyType)) {
    return `a map has no keys of type ${right.keyType?.name}`;
  }
  if (right?.kind === 'message') return undefined;
  return (
    comparison(left, right) ?? parts(left, right?.kind === 'list' ? right.valueType : undefined)
  );
}

function isKnown(type: CelType | undefined): boolean {
  return type !== undefined && type.kind !== 'dyn' && type.kind !== 'param';
}

function isKeyType(type: CelType | undefined): boolean {
  return ['string', 'int', 'uint', 'bool'].includes(type?.name ?? '');
}

function mapKeys(entries: readonly unknown[], type: CelType | undefined): string | undefined {
  if (isKnown(type?.keyType) && !isKeyType(type?.keyType)) {
    return `a map has keys of type string, int, uint or bool, not ${type?.keyType?.name}`;
  }
  const dropped = entries
    .map((entry) => (Array.isArray(entry) ? entry[0] : undefined))
    .find((key) => isNode(key) && key.op === 'value' && DROPPED_KEYS.has(String(key.args)));
  return dropped && `a map cannot have the key ${show(dropped)}`;
}

/** Types that no claim, and nothing else of type dyn, has. */
function isOnlyTyped(type: CelType | undefined): boolean {
  if (type === undefined) return false;
  return (
    type.kind === 'message' ||
    type.kind === 'optional' ||
    type.name === 'bytes' ||
    type.name === 'type'
  );
}

/** A value whose type the checker no longer knows, so that nothing can be checked that is done with it. */
function hidden(type: CelType | undefined): string | undefined {
  const inner = type?.kind === 'list' || type?.kind === 'map' ? type.valueType : type;
  if (!isOnlyTyped(inner)) return undefined;
  return `a value of type ${type?.name} cannot stand for one of any type`;
}

/** Values, or their elements, of which one comes from a claim, and the other is what no claim can be. */
function parts(left: CelType | undefined, right: CelType | undefined): string | undefined {
  if (left?.kind === 'dyn' || right?.kind === 'dyn') return withClaim(left, right);
  if (left?.kind !== right?.kind) return undefined;
  const isMade = left?.kind === 'list' || left?.kind === 'map';
  return isMade ? parts(left?.valueType, right?.valueType) : undefined;
}

/** A claim compared with, or added to, what no claim can be. */
function withClaim(...types: readonly (CelType | undefined)[]): string | undefined {
  if (!types.some((type) => type?.kind === 'dyn')) return undefined;
  const type = types.find(isOnlyTyped);
  if (type === undefined) return undefined;
  const remedy =
    type.name === TIMESTAMP
      ? '; convert the other side, e.g. timestamp(token.claims["since"])'
      : type.name === 'bytes'
        ? '; convert the other side with bytes(…)'
        : '';
  return `nothing of type dyn is ever a ${type.name}${remedy}`;
}

/** A claim is an int or a double, and CEL does not calculate with two types. */
function withUint(left: unknown, right: unknown): string | undefined {
  const types = [typeOf(left), typeOf(right)];
  if (!types.some((type) => type?.kind === 'dyn')) return undefined;
  if (!types.some((type) => type?.name === 'uint')) return undefined;
  return 'nothing of type dyn is ever a uint; convert the other side with int(…)';
}

/** The type checker takes any field of what has none, and any key of what has fields. */
function access(owner: CelType | undefined, key: unknown): string | undefined {
  const type = owner?.kind === 'optional' ? owner.valueType : owner;
  if (type !== undefined && (LIBRARY_TYPES.has(type.name) || type.kind === 'optional')) {
    return `a value of type ${type.name} has no fields`;
  }
  const isWorkedOut = key !== undefined && !(isNode(key) && key.op === 'value');
  if (type?.kind === 'message' && isWorkedOut && !BY_ANY_NAME.has(type.name)) {
    return `name the field of ${type.name}, as in organization.name`;
  }
  return undefined;
}

/** Whether a value of such a type can be a key there: the type checker takes any. */
function key(owner: CelType | undefined, name: string | undefined): string | undefined {
  const type = owner?.kind === 'optional' ? owner.valueType : owner;
  if (name === undefined || name === 'dyn') return undefined;
  if (type?.kind === 'dyn' && name !== 'string' && name !== 'int') {
    return `a claim has no keys of type ${name}; convert it with string(…) or int(…)`;
  }
  if (type?.kind !== 'map' || !isKnown(type.keyType) || type.keyType?.name === name)
    return undefined;
  return `a map with keys of type ${type.keyType?.name} has none of type ${name}`;
}

function claimMethod(name: string, args: readonly unknown[]): string | undefined {
  if (LOOPS.has(name)) return undefined;
  const expected = Object.hasOwn(CLAIM_METHODS, name) ? CLAIM_METHODS[name] : undefined;
  if (expected === undefined) {
    return `no value of type dyn has ${name}(); convert it first, e.g. with timestamp(…) or bytes(…)`;
  }
  const wrong = args.findIndex((arg, index) => {
    const type = typeOf(arg);
    return type !== undefined && type.kind !== 'dyn' && type.name !== expected[index];
  });
  if (wrong < 0) return undefined;
  return `${name}() takes ${expected.join(', ')}, not ${typeOf(args[wrong])?.name}`;
}

function method(name: string, receiver: unknown, args: unknown): string | undefined {
  const type = typeOf(receiver);
  if (type?.kind === 'dyn') return claimMethod(name, Array.isArray(args) ? args : []);
  if (LOOPS.has(name) && type?.kind === 'map' && isKnown(type.keyType)) {
    if (type.keyType?.name !== 'string') return 'a loop over a map needs keys that are texts';
  }
  if (name === 'json' && !(isNode(receiver) && receiver.op === 'call')) {
    return 'json() reads a text that was just made bytes; write bytes(text).json()';
  }
  if (name === 'orValue' && Array.isArray(args)) {
    const content = type?.kind === 'optional' ? type.valueType : undefined;
    const [fallback] = args;
    if (content?.kind === 'dyn') return hidden(typeOf(fallback));
    if (typeOf(fallback)?.kind === 'dyn') return hidden(content);
  }
  return undefined;
}
