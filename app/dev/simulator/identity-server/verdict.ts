/** What became of one operation. A crash voids the whole answer; a skipped one is never reported. */
export type Verdict =
  | { kind: 'applied' }
  | { kind: 'skipped'; why: string }
  | { kind: 'crashed'; why: string };

export const applied: Verdict = { kind: 'applied' };

export function skipped(why: string): Verdict {
  return { kind: 'skipped', why };
}

export function crashed(why: string): Verdict {
  return { kind: 'crashed', why };
}
