import type { Bench } from '../bench.ts';
import { inTurn } from '../in-turn.ts';
import { summarise } from '../statistics.ts';
import type { Experiment } from './experiment.ts';

/** From the start of the process to the first 200 of /readyz. */
export const start: Experiment = {
  name: 'start',
  async measure(bench) {
    const names = ['ours', 'http'] as const;
    const { ours, http } = await inTurn(names, Math.max(bench.options.rounds, 5), (name) =>
      name === 'ours' ? startOfService(bench) : startOfBare(bench),
    );
    return [
      {
        what: 'start to ready',
        unit: 'ms',
        bound: { atMost: 700 },
        figure: summarise(ours),
        from: { 'node:http ms': summarise(http) },
      },
    ];
  },
};

async function startOfService(bench: Bench): Promise<number> {
  const REPUTATION_TABLE = await bench.surroundings.newTable();
  const from = performance.now();
  const server = await bench.startService({ REPUTATION_TABLE });
  const response = await fetch(`${server.origin}/readyz`);
  const time = performance.now() - from;
  await server.end();
  if (response.status !== 200) throw new Error(`It is not ready: ${response.status}.`);
  return time;
}

async function startOfBare(bench: Bench): Promise<number> {
  const server = await bench.startBaseline('http');
  await server.end();
  return server.readyAfter;
}
