import { byZipf } from '../addresses.ts';
import { actionLoad } from '../bench.ts';
import { inTurn } from '../in-turn.ts';
import type { Row } from '../row.ts';
import { byRound, ratio, summarise } from '../statistics.ts';
import type { Experiment } from './experiment.ts';

/** Addresses that another task has asked about, while AbuseIPDB takes 300 ms, beside the guide's flow. */
export const table: Experiment = {
  name: 'table',
  async measure(bench) {
    const { rounds, seconds = 5 } = bench.options;
    const { surroundings } = bench;
    // More than two connections can ask about.
    const most = seconds * 2500;
    const addresses = bench.addresses.any(most * (rounds + 1), 'table');
    const name = await surroundings.newTable();
    await surroundings.fill(name, addresses);
    const [ours, guide] = await Promise.all([
      bench.startService({ REPUTATION_TABLE: name }),
      bench.startBaseline('guide'),
    ]);
    const servers = { ours, guide };
    const measure = (server: 'ours' | 'guide', round: number) =>
      bench.generator.run(
        actionLoad(servers[server], {
          addresses: addresses.slice(round * most, (round + 1) * most),
          connections: 2,
          seconds,
          distinct: true,
        }),
      );
    await surroundings.setFault({ kind: 'slow', ms: 300 });
    for (const server of ['ours', 'guide'] as const) await measure(server, rounds);
    const samples = await inTurn(['ours', 'guide'], rounds, measure);
    await surroundings.setFault(undefined);
    await Promise.all([ours.end(), guide.end()]);
    return [
      againstGuide('addresses in the table, upstream 300 ms / the guide’s flow', 100, samples),
    ];
  },
};

/** From nothing: 5,000 users log in by Zipf's law, AbuseIPDB takes 300 ms. Each round begins with an empty table. */
export const zipf: Experiment = {
  name: 'zipf',
  async measure(bench) {
    const { rounds, seconds = 30 } = bench.options;
    const users = bench.addresses.any(5000, 'zipf');
    await bench.surroundings.setFault({ kind: 'slow', ms: 300 });
    const samples = await inTurn(['ours', 'guide'], rounds, async (name, round) => {
      const server = await (name === 'ours' ? bench.startService() : bench.startBaseline('guide'));
      const addresses = byZipf(users, 200_000, `round ${round}`);
      const load = actionLoad(server, { addresses, connections: 2, seconds });
      const measured = await bench.generator.run(load);
      await server.end();
      return measured;
    });
    await bench.surroundings.setFault(undefined);
    const what = `empty table, 5,000 addresses by Zipf, first ${seconds} s, upstream 300 ms / the guide’s flow`;
    return [againstGuide(what, 3, samples)];
  },
};

type Throughput = readonly { readonly perSecond: number }[];

function againstGuide(
  what: string,
  atLeast: number,
  samples: Record<'ours' | 'guide', Throughput>,
): Row {
  const perSecond = (name: 'ours' | 'guide') => samples[name].map((sample) => sample.perSecond);
  return {
    what,
    unit: '×',
    bound: { atLeast },
    figure: byRound(perSecond('ours'), perSecond('guide'), ratio),
    from: {
      'ours req/s': summarise(perSecond('ours')),
      'guide req/s': summarise(perSecond('guide')),
    },
  };
}
