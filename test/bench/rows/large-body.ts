import { LARGE } from '../bodies.ts';
import { actionLoad, type LoadSample, measureLoad, warmUp } from '../harness.ts';
import { interleave } from '../interleave.ts';
import { summarise } from '../statistics.ts';
import type { Experiment } from './experiment.ts';

const SERVERS = ['ours', 'http', 'read'] as const;

/** The CPU time of a decision on a body of 243 KB, relative to that of parsing the body. */
export const largeBody: Experiment = {
  name: 'large-body',
  async measure(harness) {
    const { rounds, seconds = 5 } = harness.options;
    const addresses = harness.addresses.clean(100, 'warm');
    const servers = {
      ours: await harness.startService(),
      http: await harness.startBaseline('http'),
      read: await harness.startBaseline('read'),
    };
    const run = (name: (typeof SERVERS)[number], length: number) => {
      const load = { addresses, connections: 2, seconds: length, body: LARGE };
      return measureLoad(harness, servers[name], actionLoad(servers[name], load));
    };
    for (const name of SERVERS) {
      await warmUp(harness, servers[name], addresses);
      await run(name, 2);
    }
    const samples = await interleave(SERVERS, rounds, (name) => run(name, seconds));
    await Promise.all(SERVERS.map((name) => servers[name].end()));
    const cpu = (name: keyof typeof samples) =>
      samples[name].map((sample: LoadSample) => sample.cpuPerRequest);
    const [ours, http, read] = [cpu('ours'), cpu('http'), cpu('read')];
    const times = ours.map((our, at) => {
      const transport = read[at] ?? Number.NaN;
      return (our - transport) / ((http[at] ?? Number.NaN) - transport);
    });
    return [
      {
        name: 'a body of 243 KB: CPU of a decision / of JSON.parse',
        unit: '×',
        bound: { atMost: 2 },
        figure: summarise(times),
        inputs: {
          'ours ms CPU': summarise(ours),
          'node:http with JSON.parse ms CPU': summarise(http),
          'node:http without ms CPU': summarise(read),
        },
        note: 'processor time for one request, each less that of node:http which only reads the body as text',
      },
    ];
  },
};
