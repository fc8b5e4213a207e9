/** Compares the service with bare servers and the guide's flow: prints a table and writes the results as JSON. */
import { writeFileSync } from 'node:fs';
import { type Harness, openHarness } from './harness.ts';
import { describeMachine } from './machine.ts';
import { type Options, parseOptions } from './options.ts';
import { endProcesses } from './processes.ts';
import { isMet, type Row } from './row.ts';
import type { Experiment } from './rows/experiment.ts';
import { EXPERIMENTS } from './rows/index.ts';
import { formatTable } from './table.ts';

const say = (text: string) => process.stdout.write(`${text}\n`);

interface Failure {
  readonly name: string;
  readonly message: string;
}

async function main(options: Options): Promise<void> {
  const harness = await openHarness(options);
  const rows: Row[] = [];
  const failures: Failure[] = [];
  try {
    for (const experiment of EXPERIMENTS.filter(({ name }) => options.names.includes(name))) {
      await run(experiment, harness, rows, failures);
    }
  } finally {
    await harness.close();
  }
  report(options, harness, rows, failures);
}

/** Runs an experiment; a failure is reported and does not stop the others. */
async function run(
  experiment: Experiment,
  harness: Harness,
  rows: Row[],
  failures: Failure[],
): Promise<void> {
  const from = performance.now();
  try {
    rows.push(...(await experiment.measure(harness)));
    say(`${experiment.name}: ${Math.round((performance.now() - from) / 1000)} s`);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    failures.push({ name: experiment.name, message });
    say(`${experiment.name} failed: ${message}`);
    await harness.recover();
  }
}

function report(
  { out, rounds }: Options,
  harness: Harness,
  rows: readonly Row[],
  failures: readonly Failure[],
): void {
  const on = describeMachine();
  const written = rows.map((row) => ({ ...row, met: isMet(row) }));
  const generator = harness.generator.name;
  writeFileSync(
    out,
    `${JSON.stringify({ machine: on, generator, rounds, rows: written, failures }, null, 2)}\n`,
  );
  say(`
${on.cpu}, ${on.cores} cores, Node ${on.node}, ${on.commit || 'no commit'}
Load by ${generator}. ${on.pinned ? 'The server and the generator each have their own core.' : 'Processes are not pinned to cores.'}

${formatTable(rows)}
`);
  for (const { name, message } of failures) say(`FAILED ${name}: ${message}`);
  say(`Written to ${out}.`);
  if (failures.length > 0) process.exitCode = 1;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    endProcesses();
    process.exit(1);
  });
}

try {
  await main(
    parseOptions(
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
