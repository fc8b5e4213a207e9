/** The result of an operation. The server never reports skipped ones; after a crash it rejects the whole response. */
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
