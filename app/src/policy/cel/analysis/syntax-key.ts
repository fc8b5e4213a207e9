import { isNode } from '../library/syntax-tree.ts';

/** Returns a key that is the same for equal expressions. */
export function keyOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(keyOf).join()}]`;
  if (isNode(value)) return `(${value.op} ${keyOf(value.args)})`;
  if (typeof value === 'string') return JSON.stringify(value);
  return typeof value === 'bigint' ? `${value}n` : String(value);
}
