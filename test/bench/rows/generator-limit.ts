import { actionLoad, loaded } from '../bench.ts';
import { inTurn } from '../in-turn.ts';
import { summarise } from '../statistics.ts';
import type { Experiment } from './experiment.ts';

/** What the load generator reaches where the server does nothing: far above every other figure, or it is the bottleneck. */
export const generatorLimit: Experiment = {
  name: 'generator',
  async measure(bench) {
    const { rounds, seconds = 3 } = bench.options;
    const addresses = bench.addresses.clean(1000, 'warm');
    const server = await bench.startBaseline('nothing');
    const { nothing } = await inTurn(['nothing'], rounds, () =>
      loaded(bench, server, actionLoad(server, { addresses, connections: 32, seconds })),
    );
    await server.end();
    const figure = summarise(nothing.map(({ perSecond }) => perSecond));
    return [
      {
        what: `${bench.generator.name} against a server that does nothing`,
        unit: 'req/s',
        bound: { report: true },
        figure,
        from: { 'cores of that server busy': summarise(nothing.map(({ busy }) => busy)) },
      },
    ];
  },
};
