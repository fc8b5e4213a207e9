import { styleText } from 'node:util';
import { displayText } from '../../tools/display.ts';
import { type DecisionRow, type MissingSignalLabels, toDecisionRow } from '../decision-row.ts';
import { clockTime, truncate } from './text.ts';

type Color = 'red' | 'yellow' | 'green' | 'gray';

/** The column at which each cell starts. A cell that is too long moves the next ones to the right. */
const COLUMNS = {
  time: 0,
  outcome: 10,
  address: 24,
  country: 41,
  score: 53,
  rule: 69,
  client: 99,
  milliseconds: 113,
} as const;

const LINE_WIDTH = 120;
const GAP = '  ';

interface Cell {
  readonly column: keyof typeof COLUMNS;
  readonly text: string;
  readonly color?: Color | undefined;
  /** Column before which the text ends. A longer text is truncated. */
  readonly end?: number;
}

/** The names of the columns, aligned with the lines of `formatDecision`. */
export const DECISION_HEADER = joinCells([
  { column: 'time', text: 'Time' },
  { column: 'outcome', text: 'Outcome' },
  { column: 'address', text: 'Address' },
  { column: 'country', text: 'Country' },
  { column: 'score', text: 'Score, source' },
  { column: 'rule', text: 'Rule' },
  { column: 'client', text: 'Client' },
  { column: 'milliseconds', text: alignRight('ms') },
]);

const LABELS: MissingSignalLabels = {
  notNeeded: '–',
  unknown: (cause) => `? ${cause}`,
};

/**
 * Formats a decision record as one line of at most 120 columns, unless the address is unusually long.
 *
 * @param time when the decision was made, in milliseconds since the epoch.
 */
export function formatDecision(record: object, time: number): string {
  const row = toDecisionRow(record, time, LABELS);
  const score = row.score === undefined ? row.source : `${row.score} ${row.source}`;
  const milliseconds = row.milliseconds === undefined ? '' : row.milliseconds.toFixed(1);
  return joinCells([
    { column: 'time', text: clockTime(time), color: 'gray' },
    { column: 'outcome', ...outcomeCell(row) },
    { column: 'address', ...signalCell(row.address) },
    { column: 'country', ...signalCell(row.country) },
    { column: 'score', ...signalCell(score) },
    { column: 'rule', text: row.rules.join(', ') || '–', end: COLUMNS.client - GAP.length },
    { column: 'client', ...clientCell(row), end: COLUMNS.milliseconds - GAP.length },
    { column: 'milliseconds', text: alignRight(milliseconds), color: 'gray' },
  ]);
}

const OUTCOMES: Readonly<
  Record<string, { readonly sign: string; readonly text: string; readonly color: Color }>
> = {
  issue: { sign: '✓', text: 'issued', color: 'green' },
  restrict: { sign: '◐', text: 'restricted', color: 'yellow' },
  refuse: { sign: '✕', text: 'refused', color: 'red' },
};

/** Returns the outcome. If that of the dry run differs, both, in the colour of the dry run's. */
function outcomeCell({ outcome, dryRunOutcome }: DecisionRow): Omit<Cell, 'column'> {
  const actual = OUTCOMES[outcome];
  if (actual === undefined) return { text: outcome };
  const text = `${actual.sign} ${actual.text}`;
  const dryRun = dryRunOutcome === outcome ? undefined : OUTCOMES[dryRunOutcome ?? ''];
  if (dryRun === undefined) return { text, color: actual.color };
  return { text: `${text} (dry run: ${dryRun.text})`, color: dryRun.color };
}

/** Returns the client, or the kind of a test, whose client is made up. */
function clientCell({ client, test }: DecisionRow): Omit<Cell, 'column'> {
  return test === undefined ? { text: client } : { text: `test: ${test}`, color: 'gray' };
}

function signalCell(text: string): Omit<Cell, 'column'> {
  if (text === LABELS.notNeeded) return { text, color: 'gray' };
  return { text, color: text.startsWith(LABELS.unknown('')) ? 'yellow' : undefined };
}

function joinCells(cells: readonly Cell[]): string {
  let line = '';
  let width = 0;
  for (const { column, text, color, end } of cells) {
    const start = width === 0 ? 0 : Math.max(COLUMNS[column], width + GAP.length);
    const safe = displayText(text);
    const shown = end === undefined ? safe : truncate(safe, Math.max(end - start, MIN_CELL_WIDTH));
    line += ' '.repeat(start - width) + (color === undefined ? shown : styleText(color, shown));
    width = start + shown.length;
  }
  return line;
}

/** A text is not truncated to fewer characters. */
const MIN_CELL_WIDTH = 8;

function alignRight(text: string): string {
  return text.padStart(LINE_WIDTH - COLUMNS.milliseconds);
}
