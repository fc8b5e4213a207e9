import { holds, type Row } from './row.ts';
import { summarise } from './statistics.ts';
import { alignColumns, figureOf, tableOf } from './table.ts';

const row = (what: string, bound: Row['bound'], samples: number[], note?: string): Row => ({
  what,
  unit: '×',
  bound,
  figure: summarise(samples),
  from: {},
  ...(note === undefined ? {} : { note }),
});

test.each([
  [{ atLeast: 2 }, [2], true],
  [{ atLeast: 2 }, [1.99], false],
  [{ atLeast: 2 }, [1, 2, 3], true],
  [{ atMost: 2 }, [2], true],
  [{ atMost: 2 }, [2.01], false],
  [{ atMost: 2 }, [1, 2, 3], true],
  [{ never: 2 }, [1, 2, 2], true],
  [{ never: 2 }, [1, 1, 3], false],
  [{ report: true } as const, [0], true],
])('With the bound %j, %j holds: %p', (bound, samples, expected) => {
  expect(holds(row('x', bound, samples))).toBe(expected);
});

test.each([
  [0.5, '0.50'],
  [-0.004, '-0.00'],
  [9.876, '9.88'],
  [12.34, '12.3'],
  [1234.5, '1235'],
])('%p is written %p', (value, expected) => {
  expect(figureOf(value)).toBe(expected);
});

test('The table says of each row whether it reached its bound', () => {
  const text = tableOf([
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

test('Columns are as wide as their widest cell', () => {
  expect(
    alignColumns([
      ['a', 'bb'],
      ['ccc', 'd'],
    ]),
  ).toBe('a    bb\nccc   d');
});
