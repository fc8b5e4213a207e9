/** Measures the service beside bare servers and the guide's flow: prints a table and writes it as JSON. */
import { writeFileSync } from 'node:fs';
import { type Bench, openBench } from './bench.ts';
import { machine } from './machine.ts';
import { type Options, readOptions } from './options.ts';
import { endProcesses } from './processes.ts';
import { holds, type Row } from './row.ts';
import type { Experiment } from './rows/experiment.ts';
import { EXPERIMENTS } from './rows/index.ts';
import { tableOf } from './table.ts';

const say = (text: string) => process.stdout.write(`${text}\n`);

interface Fault {
  readonly name: string;
  readonly why: string;
}

async function main(options: Options): Promise<void> {
  const bench = await openBench(options);
  const rows: Row[] = [];
  const faults: Fault[] = [];
  try {
    for (const experiment of EXPERIMENTS.filter(({ name }) => options.names.includes(name))) {
      await run(experiment, bench, rows, faults);
    }
  } finally {
    await bench.close();
  }
  report(options, bench, rows, faults);
}

/** A row that cannot be measured is said, and the others are measured all the same. */
async function run(
  experiment: Experiment,
  bench: Bench,
  rows: Row[],
  faults: Fault[],
): Promise<void> {
  const from = performance.now();
  try {
    rows.push(...(await experiment.measure(bench)));
    say(`${experiment.name}: ${Math.round((performance.now() - from) / 1000)} s`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    faults.push({ name: experiment.name, why });
    say(`${experiment.name} failed: ${why}`);
    await bench.recover();
  }
}

function report(
  { out, rounds }: Options,
  bench: Bench,
  rows: readonly Row[],
  faults: readonly Fault[],
): void {
  const on = machine();
  const written = rows.map((row) => ({ ...row, reached: holds(row) }));
  const generator = bench.generator.name;
  writeFileSync(
    out,
    `${JSON.stringify({ machine: on, generator, rounds, rows: written, faults }, null, 2)}\n`,
  );
  say(`
${on.cpu}, ${on.cores} cores, Node ${on.node}, ${on.commit || 'no commit'}
Load by ${generator}. ${on.pinned ? 'Server and generator have a core each.' : 'Nothing is pinned to a core.'}

${tableOf(rows)}
`);
  for (const { name, why } of faults) say(`FAILED ${name}: ${why}`);
  say(`Written to ${out}.`);
  if (faults.length > 0) process.exitCode = 1;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    endProcesses();
    process.exit(1);
  });
}

try {
  await main(
    readOptions(
      process.argv.slice(2),
      EXPERIMENTS.map(({ name }) => name),
    ),
  );
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  endProcesses();
}
