/** Names that a policy lists: whole, or with `*` for any run of characters. */
export interface Patterns {
  readonly empty: boolean;
  /** As the policy writes them. */
  readonly texts: readonly string[];
  matches(name: string): boolean;
}

/** Compiles names and globs. Matching never backtracks: its time grows with the name, not with its shape. */
export function compilePatterns(texts: readonly string[]): Patterns {
  const names = new Set(texts.filter((text) => !text.includes('*')));
  const globs = texts.filter((text) => text.includes('*')).map((text) => text.split('*'));
  return {
    empty: texts.length === 0,
    texts,
    matches: (name) => names.has(name) || globs.some((parts) => matchesParts(name, parts)),
  };
}

/** The first part stands at the start, the last at the end, the others in order between them. */
function matchesParts(name: string, parts: readonly string[]): boolean {
  const first = parts[0] ?? '';
  const last = parts[parts.length - 1] ?? '';
  if (name.length < first.length + last.length) return false;
  if (!name.startsWith(first) || !name.endsWith(last)) return false;
  const end = name.length - last.length;
  let from = first.length;
  for (const part of parts.slice(1, -1)) {
    const at = name.indexOf(part, from);
    if (at < 0 || at + part.length > end) return false;
    from = at + part.length;
  }
  return true;
}
