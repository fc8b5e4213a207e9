import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { requestsPerTaskAndMinute } from '../../infra/scaling.ts';
import type { Row } from './row.ts';
import { costs, decisionsPerTask, neededHitRatio, SETUPS, tasksFor } from './scale/arithmetic.ts';
import { costsInResults } from './scale/figures.ts';
import { markdownTables } from './scale/tables.ts';
import { summarise } from './statistics.ts';
import { formatTable } from './table.ts';

const read = (path: string) =>
  readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
const results = JSON.parse(read('test/bench/results/node20.json'));
const figures = costsInResults(results);

/** 100 µs from memory, 600 µs from DynamoDB: 150 µs on average, of the 300,000 µs that a vCPU may use. */
const ROUND = { warm: 100, fromTable: 600 };

test.each([
  [0.09, 0.1],
  [0.1, 0.09],
])('uses the higher CPU time of %d ms with 32 connections and %d ms with two', (many, two) => {
  const row = (name: string, input: string, value: number): Row => ({
    name,
    unit: '×',
    bound: { report: true },
    figure: summarise([1]),
    inputs: { [input]: summarise([value]) },
  });
  const rows = [
    row('warm, 32 connections / bare node:http', 'ours CPU ms per request', many),
    row('warm, 2 connections / bare node:http', 'ours CPU ms per request', two),
    row('memory after 1,000,000 addresses', 'req/s', 1000),
  ];
  expect(costsInResults({ rows })).toEqual({ warm: 100, fromTable: 1000 });
});

test('derives the throughput of a task from the CPU time of a decision', () => {
  expect(decisionsPerTask(ROUND, 1)).toBeCloseTo(2000);
  expect(decisionsPerTask(ROUND, 0.25)).toBeCloseTo(500);
});

test.each([
  [100, 2],
  [2001, 3],
  [100_000, 100],
])('%i tokens a second need %i tasks with half a vCPU', (tokens, tasks) => {
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
  if (smallest === undefined) throw new Error('SETUPS is empty.');
  const { Fargate, 'load balancer': loadBalancer } = costs(ROUND, smallest);
  expect(Fargate.toFixed(2)).toBe('28.84');
  expect(loadBalancer).toBeGreaterThan(0.0225 * 730);
});

test('scaling adds tasks before one reaches its throughput', () => {
  expect(requestsPerTaskAndMinute(1024)).toBeLessThan(60 * decisionsPerTask(figures, 1));
});

test.each(Object.entries(markdownTables(figures)))(
  'docs/scale.md contains the table: %s',
  (_, table) => {
    expect(read('docs/scale.md')).toContain(table);
  },
);

test.each(['test/bench/results/node20.json', 'test/bench/results/node24.json'])(
  'test/bench/results/README.md contains the table of %s',
  (file) => {
    expect(read('test/bench/results/README.md')).toContain(
      formatTable(JSON.parse(read(file)).rows),
    );
  },
);
