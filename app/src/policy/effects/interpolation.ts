/** A part of a template: fixed text, or an expression without its `${` and `}`. */
export interface TemplatePart {
  readonly kind: 'fixed' | 'expression';
  readonly text: string;
  /** Where `text` begins in the whole text. */
  readonly position: number;
}

/**
 * Splits a text at its `${…}`. Expressions may contain balanced braces, and any braces in quotes.
 * `unclosed` is where the last expression begins if it has no closing brace.
 */
export function splitInterpolations(text: string): {
  parts: readonly TemplatePart[];
  unclosed: number | undefined;
} {
  const parts: TemplatePart[] = [];
  let from = 0;
  for (;;) {
    const start = text.indexOf('${', from);
    if (start < 0) break;
    if (start > from) parts.push({ kind: 'fixed', text: text.slice(from, start), position: from });
    const end = closingBrace(text, start + 2);
    if (end === undefined) return { parts, unclosed: start };
    parts.push({ kind: 'expression', text: text.slice(start + 2, end), position: start + 2 });
    from = end + 1;
  }
  if (from < text.length || parts.length === 0) {
    parts.push({ kind: 'fixed', text: text.slice(from), position: from });
  }
  return { parts, unclosed: undefined };
}

function closingBrace(text: string, from: number): number | undefined {
  let depth = 0;
  let quote: string | undefined;
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (quote !== undefined) {
      if (character === '\\') at++;
      else if (character === quote) quote = undefined;
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '{') depth++;
    else if (character === '}' && depth-- === 0) return at;
  }
  return undefined;
}
