import { isMet, type Row } from './row.ts';
import { summarise } from './statistics.ts';
import { alignColumns, formatFigure, formatTable } from './table.ts';

const row = (name: string, bound: Row['bound'], samples: number[], note?: string): Row => ({
  name,
  unit: '×',
  bound,
  figure: summarise(samples),
  inputs: {},
  ...(note === undefined ? {} : { note }),
});

test.each([
  [{ atLeast: 2 }, [2], true],
  [{ atLeast: 2 }, [1.99], false],
  [{ atLeast: 2 }, [1, 2, 3], true],
  [{ atMost: 2 }, [2], true],
  [{ atMost: 2 }, [2.01], false],
  [{ atMost: 2 }, [1, 2, 3], true],
  [{ neverAbove: 2 }, [1, 2, 2], true],
  [{ neverAbove: 2 }, [1, 1, 3], false],
  [{ report: true } as const, [0], true],
])('the bound %j is met by %j: %p', (bound, samples, expected) => {
  expect(isMet(row('x', bound, samples))).toBe(expected);
});

test.each([
  [0.5, '0.50'],
  [-0.004, '-0.00'],
  [9.876, '9.88'],
  [12.34, '12.3'],
  [1234.5, '1235'],
])('%p is formatted as %p', (value, expected) => {
  expect(formatFigure(value)).toBe(expected);
});

test('the table shows whether each row meets its bound', () => {
  const text = formatTable([
    row('warm / bare', { atLeast: 0.9 }, [0.8, 0.95, 0.99], 'at 32 connections'),
    row('p99', { atMost: 2 }, [3]),
    row('Zipf', { report: true }, [3]),
  ]);
  expect(text.split('\n')).toEqual([
    'row          median    min … max  rounds  must reach',
    'warm / bare  0.95 ×  0.80 … 0.99       3       ≥ 0.9      ok',
    'p99          3.00 ×  3.00 … 3.00       1         ≤ 2  MISSED',
    'Zipf         3.00 ×  3.00 … 3.00       1      report',
    '',
    'warm / bare: at 32 connections',
  ]);
});

test('columns are as wide as their widest cell', () => {
  expect(
    alignColumns([
      ['a', 'bb'],
      ['ccc', 'd'],
    ]),
  ).toBe('a    bb\nccc   d');
});
