import { type Bound, isMet, type Row } from './row.ts';
import type { Summary } from './statistics.ts';

const HEAD = ['row', 'median', 'min … max', 'rounds', 'must reach', ''];

/** Formats rows as a text table, with a line below it for each note. */
export function formatTable(rows: readonly Row[]): string {
  const lines = rows.map((row) => [
    row.name,
    `${formatFigure(row.figure.median)} ${row.unit}`,
    spreadOf(row.figure),
    String(row.figure.samples.length),
    boundOf(row.bound),
    'report' in row.bound ? '' : isMet(row) ? 'ok' : 'MISSED',
  ]);
  const notes = rows.flatMap(({ name, note }) => (note === undefined ? [] : `${name}: ${note}`));
  return [alignColumns([HEAD, ...lines]), '', ...notes].join('\n').trimEnd();
}

/** Formats cells as columns: the first one left-aligned, the others right-aligned. */
export function alignColumns(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function spreadOf({ min, max }: Summary): string {
  return `${formatFigure(min)} … ${formatFigure(max)}`;
}

function boundOf(bound: Bound): string {
  if ('atLeast' in bound) return `≥ ${bound.atLeast}`;
  if ('atMost' in bound) return `≤ ${bound.atMost}`;
  if ('neverAbove' in bound) return `always ≤ ${bound.neverAbove}`;
  return 'report';
}

/** Formats a figure with about three significant digits. */
export function formatFigure(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return String(Math.round(value));
  return value.toFixed(size >= 10 ? 1 : 2);
}
