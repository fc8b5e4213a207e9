import { Duration, UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import { conditionError } from './condition-error.ts';

/*
 * The identity server sends a claim with one value as that value or as a list of one, and an upgrade may change
 * which. So where the type is known only at run time, a value and a list of that one value are the same.
 */

/** Returns the elements of a list; `undefined` for anything else. */
export function elementsOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  return value instanceof Set ? [...value] : undefined;
}

/** Returns the element of a list of one, and any other value unchanged. */
export function singleOf(value: unknown): unknown {
  const elements = elementsOf(value);
  return elements?.length === 1 ? elements[0] : value;
}

/** Returns whether a value is a string, number or boolean. */
export function isScalar(value: unknown): boolean {
  return (
    typeof value === 'string' ||
    typeof value === 'bigint' ||
    typeof value === 'number' ||
    typeof value === 'boolean'
  );
}

/** Returns a scalar as a list of one, and any other value unchanged. */
export function listOf(value: unknown): unknown {
  return isScalar(value) ? [value] : value;
}

/** Returns what a loop iterates over: the elements of a list, the keys of a map, or a single value. */
export function iterableOf(value: unknown): readonly unknown[] {
  const elements = elementsOf(value);
  if (elements !== undefined) return elements;
  if (isScalar(value)) return [value];
  if (value instanceof Map) return [...value.keys()];
  if (typeof value === 'object' && value !== null && value.constructor === Object) {
    return Object.keys(value);
  }
  throw conditionError(
    value === null
      ? 'cannot loop over null: the claim is absent or empty; compare it with null first'
      : `cannot loop over a value of type ${typeName(value)}`,
  );
}

/** Returns the length of a string in UTF-16 code units or of bytes; 0 for any other value. */
export function lengthOf(value: unknown): number {
  return typeof value === 'string' || value instanceof Uint8Array ? value.length : 0;
}

/** Returns the value of an int, uint or double; `undefined` for any other value. */
export function numberOf(value: unknown): number | bigint | undefined {
  if (typeof value === 'bigint' || typeof value === 'number') return value;
  return value instanceof UnsignedInt ? value.value : undefined;
}

/** Returns the name of a value's CEL type. */
export function typeName(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    case 'boolean':
      return 'bool';
    default:
  }
  if (value === null) return 'null';
  if (Array.isArray(value) || value instanceof Set) return 'list';
  if (value instanceof Map) return 'map';
  if (value instanceof UnsignedInt) return 'uint';
  if (value instanceof Date) return 'timestamp';
  if (value instanceof Duration) return 'duration';
  if (value instanceof Uint8Array) return 'bytes';
  return 'map';
}
