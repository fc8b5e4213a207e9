/** What the figures of the benchmark come to at scale: prints the tables of docs/scale.md. */
import { readFileSync } from 'node:fs';
import { ASSUMED } from './scale/arithmetic.ts';
import { figuresOf } from './scale/figures.ts';
import { tables } from './scale/tables.ts';

const [file = 'test/bench/results/node20.json'] = process.argv.slice(2);
const figures = figuresOf(JSON.parse(readFileSync(file, 'utf8')));
const parts = Object.entries(tables(figures)).map(([name, table]) => `${name}\n\n${table}\n`);
process.stdout.write(`Processor time of a decision in ${file}: ${Math.round(figures.warm)} µs from memory, ${Math.round(figures.fromTable)} µs from the table.
Assumed: ${JSON.stringify(ASSUMED)}

${parts.join('\n')}`);
