/** What became of one operation. A crash voids the whole answer; a skipped one is never reported. */
export type OperationResult =
  | { kind: 'applied' }
  | { kind: 'skipped'; why: string }
  | { kind: 'crashed'; why: string };

export const applied: OperationResult = { kind: 'applied' };

export function skipped(why: string): OperationResult {
  return { kind: 'skipped', why };
}

export function crashed(why: string): OperationResult {
  return { kind: 'crashed', why };
}
