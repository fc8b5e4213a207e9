import { type Bound, holds, type Row } from './row.ts';
import type { Summary } from './statistics.ts';

const HEAD = ['row', 'median', 'min … max', 'rounds', 'must reach', ''];

/** The rows as a table of text, with a line below for each note. */
export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map((row) => [
    row.what,
    `${figureOf(row.figure.median)} ${row.unit}`,
    spreadOf(row.figure),
    String(row.figure.samples.length),
    boundOf(row.bound),
    'report' in row.bound ? '' : holds(row) ? 'ok' : 'MISSED',
  ]);
  const notes = rows.flatMap(({ what, note }) => (note === undefined ? [] : `${what}: ${note}`));
  return [alignColumns([HEAD, ...lines]), '', ...notes].join('\n').trimEnd();
}

/** Cells as columns of text: the first to the left, the others to the right. */
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

function spreadOf({ least, most }: Summary): string {
  return `${figureOf(least)} … ${figureOf(most)}`;
}

function boundOf(bound: Bound): string {
  if ('atLeast' in bound) return `≥ ${bound.atLeast}`;
  if ('atMost' in bound) return `≤ ${bound.atMost}`;
  if ('never' in bound) return `always ≤ ${bound.never}`;
  return 'report';
}

/** Three digits that count, and no more behind the point than tell anything. */
export function figureOf(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return String(Math.round(value));
  return value.toFixed(size >= 10 ? 1 : 2);
}
