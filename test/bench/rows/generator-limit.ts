import { actionLoad, measureLoad } from '../harness.ts';
import { interleave } from '../interleave.ts';
import { summarise } from '../statistics.ts';
import type { Experiment } from './experiment.ts';

/** The throughput with a server that does nothing. It must be far above all others, or the generator is the bottleneck. */
export const generatorLimit: Experiment = {
  name: 'generator',
  async measure(harness) {
    const { rounds, seconds = 3 } = harness.options;
    const addresses = harness.addresses.clean(1000, 'warm');
    const server = await harness.startBaseline('nothing');
    const { nothing } = await interleave(['nothing'], rounds, () =>
      measureLoad(harness, server, actionLoad(server, { addresses, connections: 32, seconds })),
    );
    await server.end();
    const figure = summarise(nothing.map(({ perSecond }) => perSecond));
    return [
      {
        name: `${harness.generator.name} against a server that does nothing`,
        unit: 'req/s',
        bound: { report: true },
        figure,
        inputs: { 'cores of that server busy': summarise(nothing.map(({ busy }) => busy)) },
      },
    ];
  },
};
