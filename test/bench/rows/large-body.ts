import { actionLoad, type Loaded, loaded, warmUp } from '../bench.ts';
import { LARGE } from '../bodies.ts';
import { inTurn } from '../in-turn.ts';
import { summarise } from '../statistics.ts';
import type { Experiment } from './experiment.ts';

const SERVERS = ['ours', 'http', 'read'] as const;

/** A body of 243 KB: what a decision on it costs, measured in what it costs to parse it. */
export const largeBody: Experiment = {
  name: 'large-body',
  async measure(bench) {
    const { rounds, seconds = 5 } = bench.options;
    const addresses = bench.addresses.clean(100, 'warm');
    const servers = {
      ours: await bench.startService(),
      http: await bench.startBaseline('http'),
      read: await bench.startBaseline('read'),
    };
    const run = (name: (typeof SERVERS)[number], length: number) => {
      const load = { addresses, connections: 2, seconds: length, body: LARGE };
      return loaded(bench, servers[name], actionLoad(servers[name], load));
    };
    for (const name of SERVERS) {
      await warmUp(bench, servers[name], addresses);
      await run(name, 2);
    }
    const samples = await inTurn(SERVERS, rounds, (name) => run(name, seconds));
    await Promise.all(SERVERS.map((name) => servers[name].end()));
    const cpu = (name: keyof typeof samples) =>
      samples[name].map((sample: Loaded) => sample.cpuPerRequest);
    const [ours, http, read] = [cpu('ours'), cpu('http'), cpu('read')];
    const times = ours.map((our, at) => {
      const transport = read[at] ?? Number.NaN;
      return (our - transport) / ((http[at] ?? Number.NaN) - transport);
    });
    return [
      {
        what: 'a body of 243 KB: CPU of a decision / of JSON.parse',
        unit: '×',
        bound: { atMost: 2 },
        figure: summarise(times),
        from: {
          'ours ms CPU': summarise(ours),
          'node:http with JSON.parse ms CPU': summarise(http),
          'node:http without ms CPU': summarise(read),
        },
        note: 'processor time for one request, each less that of node:http which only reads the body as text',
      },
    ];
  },
};
