/*
 * Markdown with text that others have written, such as names of rules: it must not end a code span, add a cell to a
 * table, or mention somebody.
 */

/** Returns a text as code, on one line. */
export function code(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const fence = '`'.repeat(longestRun(line) + 1);
  const isPadded = line.startsWith('`') || line.endsWith('`') || line === '';
  return isPadded ? `${fence} ${line} ${fence}` : `${fence}${line}${fence}`;
}

/** Returns a text as code in a cell of a table. */
export function codeCell(text: string): string {
  return code(text).replaceAll('|', '\\|');
}

/** Returns a table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line), ''];
}

/** Returns lines as a block of code. */
export function codeBlock(language: string, lines: readonly string[]): string[] {
  const fence = '`'.repeat(Math.max(3, longestRun(lines.join('\n')) + 1));
  return [`${fence}${language}`, ...lines, fence, ''];
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
}
