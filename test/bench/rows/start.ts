import type { Harness } from '../harness.ts';
import { interleave } from '../interleave.ts';
import { summarise } from '../statistics.ts';
import type { Experiment } from './experiment.ts';

/** The time from the start of the process to the first 200 of /readyz. */
export const start: Experiment = {
  name: 'start',
  async measure(harness) {
    const names = ['ours', 'http'] as const;
    const { ours, http } = await interleave(names, Math.max(harness.options.rounds, 5), (name) =>
      name === 'ours' ? startService(harness) : startBareServer(harness),
    );
    return [
      {
        name: 'start to ready',
        unit: 'ms',
        bound: { atMost: 700 },
        figure: summarise(ours),
        inputs: { 'node:http ms': summarise(http) },
      },
    ];
  },
};

async function startService(harness: Harness): Promise<number> {
  const REPUTATION_TABLE = await harness.surroundings.newTable();
  const from = performance.now();
  const server = await harness.startService({ REPUTATION_TABLE });
  const response = await fetch(`${server.origin}/readyz`);
  const time = performance.now() - from;
  await server.end();
  if (response.status !== 200)
    throw new Error(`Expected status 200 from /readyz, got ${response.status}.`);
  return time;
}

async function startBareServer(harness: Harness): Promise<number> {
  const server = await harness.startBaseline('http');
  await server.end();
  return server.readyAfter;
}
