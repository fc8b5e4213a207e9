/** Returns a number with separators of thousands. */
export function count(number: number): string {
  return number.toLocaleString('en-US');
}

export interface ColumnOptions {
  readonly header?: readonly string[];
  /** Of all columns but the first, which is aligned to the left. @default 'right', for numbers */
  readonly align?: 'left' | 'right';
}

/** Aligns rows in columns, and indents them by two spaces. */
export function columns(
  rows: readonly (readonly string[])[],
  { header, align = 'right' }: ColumnOptions = {},
): string[] {
  const all = header === undefined ? rows : [header, ...rows];
  const widths = (all[0] ?? []).map((_, column) =>
    Math.max(...all.map((row) => (row[column] ?? '').length)),
  );
  return all.map((row) => {
    const cells = row.map((cell, column) => {
      const width = widths[column] ?? 0;
      return column === 0 || align === 'left' ? cell.padEnd(width) : cell.padStart(width);
    });
    return `  ${cells.join('  ')}`.trimEnd();
  });
}
