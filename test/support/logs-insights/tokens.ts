/**
 * A word is a name, a keyword or a command; a field's name may hold dots and begin with `@`. What is
 * quoted by backticks is always a name.
 */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'text' | 'number' | 'duration' | 'sign';
  readonly text: string;
}

const FORMS: readonly (readonly [kind: Token['kind'] | 'space', form: RegExp])[] = [
  ['space', /\s+|#[^\n]*/y],
  ['text', /"(?:[^"\\]|\\.)*"/y],
  ['quoted', /`[^`\n]+`/y],
  ['duration', /\d+(?:ms|[smhdw])\b/y],
  ['number', /\d+(?:\.\d+)?\b/y],
  ['word', /@?[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*/y],
  ['sign', /!=|<=|>=|[=<>|,()[\]*/]/y],
];

/** The tokens of a query, without its comments. @throws Error at what the subset does not have. */
export function tokensOf(query: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < query.length; ) {
    const found = FORMS.find(([, form]) => {
      form.lastIndex = at;
      return form.test(query);
    });
    if (found === undefined) throw new Error(`Not understood: ${query.slice(at, at + 30)}`);
    const [kind, form] = found;
    const text = query.slice(at, form.lastIndex);
    at = form.lastIndex;
    if (kind === 'text') tokens.push({ kind, text: JSON.parse(text) });
    else if (kind === 'quoted') tokens.push({ kind, text: text.slice(1, -1) });
    else if (kind !== 'space') tokens.push({ kind, text });
  }
  return tokens;
}
