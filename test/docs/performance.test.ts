import { readFileSync } from 'node:fs';
import type { Row } from '../bench/row.ts';
import { formatFigure } from '../bench/table.ts';
import { ROOT, readPage } from './pages.ts';

const { text } = readPage('docs/performance.md');
const results = readFileSync(new URL('test/bench/results/node24.json', ROOT), 'utf8');
const rows: readonly Row[] = JSON.parse(results).rows;

test.each(rows.map((row) => [row.name, row] as const))(
  'docs/performance.md has the measured figure of: %s',
  (what, { unit, figure }) => {
    expect(text).toContain(`| ${what} | ${formatFigure(figure.median)} ${unit} |`);
  },
);

test('docs/performance.md has the measured CPU time of a decision', () => {
  const microseconds = (what: string, name: string) => {
    const median = rows.find((row) => row.name === what)?.inputs[name]?.median ?? Number.NaN;
    return Math.round(1000 * median);
  };
  const [many, two] = [32, 2].map((connections) => {
    const row = `warm, ${connections} connections / bare node:http`;
    return ['ours', 'http'].map((server) => microseconds(row, `${server} CPU ms per request`));
  });
  expect(text.replaceAll('\n', ' ')).toContain(
    `takes ${many?.[0]} µs of CPU with 32 connections and ${two?.[0]} µs with two, where bare \`node:http\` takes ${many?.[1]} and ${two?.[1]} µs`,
  );
});
