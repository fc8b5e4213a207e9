/**
 * A short form of the warm row. It fails only where the service serves less than half of what it did
 * beside the bare server: a lost optimisation shows, and a noisy machine does not.
 */
import { openBench, perSecond } from './bench.ts';
import { endProcesses } from './processes.ts';
import { measureWarm } from './rows/warm.ts';
import { byRound, ratio } from './statistics.ts';
import { figureOf } from './table.ts';

/** Throughput with 32 connections / bare node:http, as `npm run bench -- warm-32` has it. */
const FIGURE = 0.9;
const LEAST = FIGURE / 2;

const bench = await openBench({ rounds: 3, seconds: 1 });
try {
  const { ours, http } = await measureWarm(bench, 32);
  const { median, least, most } = byRound(perSecond(ours), perSecond(http), ratio);
  const holds = median >= LEAST;
  process.stdout.write(
    `A warm decision has ${figureOf(median)} of the throughput of bare node:http (${figureOf(least)} … ${figureOf(most)}), ` +
      `measured by ${bench.generator.name}; its figure is ${FIGURE}, and it must reach half of it, ${LEAST}: ${holds ? 'ok' : 'MISSED'}.\n`,
  );
  if (!holds) process.exitCode = 1;
} finally {
  await bench.close();
  endProcesses();
}
