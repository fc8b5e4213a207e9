/** Names that a policy lists: exact names, and globs in which `*` matches any run of characters. */
export interface Patterns {
  readonly empty: boolean;
  /** The patterns as the policy writes them. */
  readonly sources: readonly string[];
  matches(name: string): boolean;
}

/** Compiles names and globs. Matching is linear in the length of the name: it never backtracks. */
export function compilePatterns(sources: readonly string[]): Patterns {
  const names = new Set(sources.filter((source) => !source.includes('*')));
  const globs = sources.filter((source) => source.includes('*')).map((source) => source.split('*'));
  return {
    empty: sources.length === 0,
    sources,
    matches: (name) => names.has(name) || globs.some((parts) => matchesParts(name, parts)),
  };
}

/** Returns whether a name starts with the first part, ends with the last, and has the others in order between. */
function matchesParts(name: string, parts: readonly string[]): boolean {
  const first = parts[0] ?? '';
  const last = parts[parts.length - 1] ?? '';
  if (name.length < first.length + last.length) return false;
  if (!name.startsWith(first) || !name.endsWith(last)) return false;
  const end = name.length - last.length;
  let from = first.length;
  for (const part of parts.slice(1, -1)) {
    const index = name.indexOf(part, from);
    if (index < 0 || index + part.length > end) return false;
    from = index + part.length;
  }
  return true;
}
