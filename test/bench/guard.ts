/**
 * A short form of the warm row for CI. It fails only below half of the usual throughput, so that it detects a
 * lost optimisation but not a noisy machine.
 */
import { openHarness, perSecond } from './harness.ts';
import { endProcesses } from './processes.ts';
import { measureWarm } from './rows/warm.ts';
import { combineByRound, ratio } from './statistics.ts';
import { formatFigure } from './table.ts';

/** Throughput with 32 connections / bare node:http, as measured by `npm run bench -- warm-32`. */
const USUAL_RATIO = 0.9;
const MIN_RATIO = USUAL_RATIO / 2;

const harness = await openHarness({ rounds: 3, seconds: 1 });
try {
  const { ours, http } = await measureWarm(harness, 32);
  const { median, min, max } = combineByRound(perSecond(ours), perSecond(http), ratio);
  const isMet = median >= MIN_RATIO;
  process.stdout.write(
    `A warm decision has ${formatFigure(median)} of the throughput of bare node:http (${formatFigure(min)} … ${formatFigure(max)}), ` +
      `measured by ${harness.generator.name}; usual is ${USUAL_RATIO}, and at least ${MIN_RATIO} is required: ${isMet ? 'ok' : 'MISSED'}.\n`,
  );
  if (!isMet) process.exitCode = 1;
} finally {
  await harness.close();
  endProcesses();
}
