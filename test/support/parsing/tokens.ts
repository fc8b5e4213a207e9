/**
 * A token of a Logs Insights query or of a metric math expression. A word is a name, a keyword or a command; names may
 * contain dots and start with `@`. Names in backticks are `quoted`, strings in quotation marks are `string`.
 */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'duration' | 'sign';
  readonly text: string;
}

const PATTERNS: readonly (readonly [kind: Token['kind'] | 'space', pattern: RegExp])[] = [
  ['space', /\s+|#[^\n]*/y],
  ['string', /"(?:[^"\\]|\\.)*"/y],
  ['quoted', /`[^`\n]+`/y],
  ['duration', /\d+(?:ms|[smhdw])\b/y],
  ['number', /\d+(?:\.\d+)?\b/y],
  ['word', /@?[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*/y],
  ['sign', /[=!<>]=|[-+=<>|,()[\]*/]/y],
];

/** Splits a text into tokens, without comments. @throws Error for unsupported characters. */
export function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < source.length; ) {
    const found = PATTERNS.find(([, pattern]) => {
      pattern.lastIndex = at;
      return pattern.test(source);
    });
    if (found === undefined) throw new Error(`Unsupported syntax: ${source.slice(at, at + 30)}`);
    const [kind, pattern] = found;
    const text = source.slice(at, pattern.lastIndex);
    at = pattern.lastIndex;
    if (kind === 'string') tokens.push({ kind, text: JSON.parse(text) });
    else if (kind === 'quoted') tokens.push({ kind, text: text.slice(1, -1) });
    else if (kind !== 'space') tokens.push({ kind, text });
  }
  return tokens;
}
