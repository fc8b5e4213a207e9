/** Extrapolates the benchmark's results to larger deployments: prints the tables of docs/scale.md. */
import { readFileSync } from 'node:fs';
import { ASSUMPTIONS } from './scale/arithmetic.ts';
import { costsInResults } from './scale/figures.ts';
import { markdownTables } from './scale/tables.ts';

const [file = 'test/bench/results/node20.json'] = process.argv.slice(2);
const figures = costsInResults(JSON.parse(readFileSync(file, 'utf8')));
const parts = Object.entries(markdownTables(figures)).map(
  ([name, table]) => `${name}\n\n${table}\n`,
);
process.stdout.write(`CPU time of a decision in ${file}: ${Math.round(figures.warm)} µs from memory, ${Math.round(figures.fromTable)} µs from DynamoDB.
Assumptions: ${JSON.stringify(ASSUMPTIONS)}

${parts.join('\n')}`);
