import { type CelType, type Node, TIMESTAMP_TYPE } from '../library/node.ts';
import { LOOPS } from '../library/syntax-tree.ts';

/*
 * Type rules for claims, whose type is `dyn`: known only at run time. A claim is JSON, so there are types that no
 * claim ever has.
 */

type MaybeType = CelType | undefined;

/** Methods that a string, list or map has, with the types of their arguments. */
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

/** Returns whether no claim, nor any other value of type dyn, can have a type. */
function isNeverDynamic(type: MaybeType): boolean {
  if (type === undefined) return false;
  return (
    type.kind === 'message' ||
    type.kind === 'optional' ||
    type.name === 'bytes' ||
    type.name === 'type'
  );
}

/** Returns the issue of a value that becomes `dyn` without being JSON: nothing about it could be checked. */
export function hiddenTypeIssue(type: MaybeType): string | undefined {
  const inner = type?.kind === 'list' || type?.kind === 'map' ? type.valueType : type;
  if (!isNeverDynamic(inner)) return undefined;
  return `a value of type ${type?.name} cannot be used as a value of type dyn`;
}

/** Returns the issue of a comparison of a claim, or of elements of lists, with a type that no claim has. */
export function nestedClaimIssue(left: MaybeType, right: MaybeType): string | undefined {
  if (left?.kind === 'dyn' || right?.kind === 'dyn') return claimOperandIssue(left, right);
  if (left?.kind !== right?.kind) return undefined;
  const isCollection = left?.kind === 'list' || left?.kind === 'map';
  return isCollection ? nestedClaimIssue(left?.valueType, right?.valueType) : undefined;
}

/** Returns the issue of an operator that combines a claim with a type that no claim has. */
export function claimOperandIssue(...types: readonly MaybeType[]): string | undefined {
  if (!types.some((type) => type?.kind === 'dyn')) return undefined;
  const type = types.find(isNeverDynamic);
  if (type === undefined) return undefined;
  const remedy =
    type.name === TIMESTAMP_TYPE
      ? '; convert the other operand, e.g. timestamp(token.claims["since"])'
      : type.name === 'bytes'
        ? '; convert the other operand with bytes(…)'
        : '';
  return `a value of type dyn is never a ${type.name}${remedy}`;
}

/** Returns the issue of arithmetic with a claim and a uint: a claim is an int or a double, and CEL does not mix types. */
export function uintOperandIssue(...types: readonly MaybeType[]): string | undefined {
  if (!types.some((type) => type?.kind === 'dyn')) return undefined;
  if (!types.some((type) => type?.name === 'uint')) return undefined;
  return 'a value of type dyn is never a uint; convert the other operand with int(…)';
}

/** Returns the issue of a method call that fails for every claim. */
export function claimMethodIssue(name: string, args: readonly Node[]): string | undefined {
  if (LOOPS.has(name)) return undefined;
  const expected = Object.hasOwn(CLAIM_METHODS, name) ? CLAIM_METHODS[name] : undefined;
  if (expected === undefined) {
    return `a value of type dyn has no method ${name}(); convert it first, e.g. with timestamp(…) or bytes(…)`;
  }
  const wrong = args.find(({ checkedType }, index) => {
    const isKnown = checkedType !== undefined && checkedType.kind !== 'dyn';
    return isKnown && checkedType.name !== expected[index];
  });
  if (wrong === undefined) return undefined;
  return `${name}() expects ${expected.join(', ')}, got ${wrong.checkedType?.name}`;
}
