import { drawByZipf } from '../addresses.ts';
import { actionLoad, type Harness } from '../harness.ts';
import { interleave } from '../interleave.ts';
import type { Row } from '../row.ts';
import { combineByRound, ratio, summarise } from '../statistics.ts';
import type { Experiment } from './experiment.ts';

/** Addresses that DynamoDB already has, while AbuseIPDB takes 300 ms, compared with the guide's flow. */
export const table: Experiment = {
  name: 'table',
  async measure(harness) {
    const { rounds, seconds = 5 } = harness.options;
    const { surroundings } = harness;
    // More than two connections can send.
    const maxAddresses = seconds * 2500;
    const addresses = harness.addresses.any(maxAddresses * (rounds + 1), 'table');
    const name = await surroundings.newTable();
    await surroundings.fill(name, addresses);
    const [ours, guide] = await Promise.all([
      harness.startService({ REPUTATION_TABLE: name }),
      harness.startBaseline('guide'),
    ]);
    const servers = { ours, guide };
    const measure = (server: 'ours' | 'guide', round: number) =>
      harness.generator.run(
        actionLoad(servers[server], {
          addresses: addresses.slice(round * maxAddresses, (round + 1) * maxAddresses),
          connections: 2,
          seconds,
          distinct: true,
        }),
      );
    await surroundings.setFault({ kind: 'slow', ms: 300 });
    for (const server of ['ours', 'guide'] as const) await measure(server, rounds);
    const samples = await interleave(['ours', 'guide'], rounds, measure);
    await surroundings.setFault(undefined);
    await Promise.all([ours.end(), guide.end()]);
    return [
      againstGuide('addresses in the table, upstream 300 ms / the guide’s flow', 100, samples),
    ];
  },
};

/** 5,000 addresses by Zipf's law, while AbuseIPDB takes 300 ms. Each round begins with an empty cache. */
export const zipf: Experiment = {
  name: 'zipf',
  measure: async (harness) => [await measureZipf(harness)],
};

/**
 * Measures the service and the guide's flow with the addresses of `zipf`.
 *
 * @param how names the settings in the row.
 */
export async function measureZipf(
  harness: Harness,
  settings: Readonly<Record<string, string>> = {},
  how = '',
): Promise<Row> {
  const { rounds, seconds = 30 } = harness.options;
  const users = harness.addresses.any(5000, 'zipf');
  await harness.surroundings.setFault({ kind: 'slow', ms: 300 });
  const samples = await interleave(['ours', 'guide'], rounds, async (name, round) => {
    const server = await (name === 'ours'
      ? harness.startService(settings)
      : harness.startBaseline('guide'));
    const addresses = drawByZipf(users, 200_000, `round ${round}`);
    const load = actionLoad(server, { addresses, connections: 2, seconds });
    const measured = await harness.generator.run(load);
    await server.end();
    return measured;
  });
  await harness.surroundings.setFault(undefined);
  const row = `empty table, 5,000 addresses by Zipf, first ${seconds} s, upstream 300 ms${how} / the guide’s flow`;
  return againstGuide(row, 3, samples);
}

type Throughput = readonly { readonly perSecond: number }[];

function againstGuide(
  name: string,
  atLeast: number,
  samples: Record<'ours' | 'guide', Throughput>,
): Row {
  const perSecond = (server: 'ours' | 'guide') => samples[server].map((sample) => sample.perSecond);
  return {
    name,
    unit: '×',
    bound: { atLeast },
    figure: combineByRound(perSecond('ours'), perSecond('guide'), ratio),
    inputs: {
      'ours req/s': summarise(perSecond('ours')),
      'guide req/s': summarise(perSecond('guide')),
    },
  };
}
