import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { requestsPerTaskAndMinute } from '../../infra/scaling.ts';
import type { Row } from './row.ts';
import { costs, neededHitRatio, perTask, SETUPS, tasksFor } from './scale/arithmetic.ts';
import { figuresOf } from './scale/figures.ts';
import { tables } from './scale/tables.ts';
import { summarise } from './statistics.ts';
import { tableOf } from './table.ts';

const read = (path: string) =>
  readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
const results = JSON.parse(read('test/bench/results/node20.json'));
const figures = figuresOf(results);

/** 100 µs from memory, 600 from the table: 150 on average, of which a vCPU has 300,000 µs to give. */
const ROUND = { warm: 100, fromTable: 600 };

test.each([
  [0.09, 0.1],
  [0.1, 0.09],
])('A decision costs the dearer of %d ms with 32 connections and %d with two', (many, two) => {
  const row = (what: string, name: string, value: number): Row => ({
    what,
    unit: '×',
    bound: { report: true },
    figure: summarise([1]),
    from: { [name]: summarise([value]) },
  });
  const rows = [
    row('warm, 32 connections / bare node:http', 'ours CPU ms per request', many),
    row('warm, 2 connections / bare node:http', 'ours CPU ms per request', two),
    row('memory after 1,000,000 addresses', 'req/s', 1000),
  ];
  expect(figuresOf({ rows })).toEqual({ warm: 100, fromTable: 1000 });
});

test('What a task bears follows from what a decision costs', () => {
  expect(perTask(ROUND, 1)).toBeCloseTo(2000);
  expect(perTask(ROUND, 0.25)).toBeCloseTo(500);
});

test.each([
  [100, 2],
  [2001, 3],
  [100_000, 100],
])('%i tokens a second take %i tasks of half a vCPU', (tokens, tasks) => {
  expect(tasksFor(ROUND, { tokens, vcpu: 0.5, gigabytes: 1, issuedPercent: 100 })).toBe(tasks);
});

test.each([
  [0.01, 1000, 0],
  [1, 43_200, 0.5],
  [10, 8640, 0.99],
])('%d tokens a second with a quota of %i need a hit ratio of %d', (tokens, quota, ratio) => {
  expect(neededHitRatio(tokens, quota)).toBeCloseTo(ratio);
});

test('costs are those of docs/costs.md', () => {
  const [smallest] = SETUPS;
  if (smallest === undefined) throw new Error('There is no size.');
  const { Fargate, 'load balancer': loadBalancer } = costs(ROUND, smallest);
  expect(Fargate.toFixed(2)).toBe('28.84');
  expect(loadBalancer).toBeGreaterThan(0.0225 * 730);
});

test('Scaling asks for more tasks before one has all that it bears', () => {
  expect(requestsPerTaskAndMinute(1024)).toBeLessThan(60 * perTask(figures, 1));
});

test.each(Object.entries(tables(figures)))('docs/scale.md has the table: %s', (_, table) => {
  expect(read('docs/scale.md')).toContain(table);
});

test.each(['test/bench/results/node20.json', 'test/bench/results/node24.json'])(
  'test/bench/results/README.md has the table of %s',
  (file) => {
    expect(read('test/bench/results/README.md')).toContain(tableOf(JSON.parse(read(file)).rows));
  },
);
