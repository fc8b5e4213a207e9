import { byZipf } from '../addresses.ts';
import { actionLoad, type Bench, loaded } from '../bench.ts';
import { ADDRESS, type Load } from '../generator/load.ts';
import { inTurn } from '../in-turn.ts';
import { byRound, difference, ratio, summarise } from '../statistics.ts';
import type { Experiment } from './experiment.ts';

/** An address that nobody knows, while AbuseIPDB takes 100 ms: what we add to the waiting. */
export const cold: Experiment = {
  name: 'cold',
  async measure(bench) {
    const { rounds, seconds = 4 } = bench.options;
    const { surroundings } = bench;
    const connections = 4;
    const server = await bench.startService();
    // At 100 ms each; twice as many as can be asked about.
    const most = connections * seconds * 20;
    const addresses = bench.addresses.clean(most * (rounds + 1), 'cold');
    const part = (at: number) => addresses.slice(at * most, (at + 1) * most);
    const ours = (round: number): Load =>
      actionLoad(server, { addresses: part(round), connections, seconds, distinct: true });
    await surroundings.setFault({ kind: 'slow', ms: 100 });
    await bench.generator.run({ ...ours(rounds), seconds: 1 });
    const samples = await inTurn(['ours', 'upstream'], rounds, (name, round) =>
      bench.generator.run(
        name === 'ours' ? ours(round) : { ...ours(round), ...directly(bench), connections },
      ),
    );
    await surroundings.setFault(undefined);
    await server.end();
    const p50 = (name: 'ours' | 'upstream') => samples[name].map((sample) => sample.p50);
    return [
      {
        what: 'cold address, upstream 100 ms: p50 beyond it',
        unit: 'ms',
        bound: { atMost: 3 },
        figure: byRound(p50('ours'), p50('upstream'), difference),
        from: {
          'ours p50 ms': summarise(p50('ours')),
          'upstream p50 ms': summarise(p50('upstream')),
        },
      },
    ];
  },
};

/** AbuseIPDB itself, asked as the service asks it. */
function directly({ surroundings }: Bench): Partial<Load> {
  const { origin, pathname } = new URL(surroundings.abuseIpdb);
  return {
    origin,
    method: 'GET',
    path: `${pathname}/check?ipAddress=${ADDRESS}&maxAgeInDays=30`,
    headers: { key: 'any', accept: 'application/json' },
    body: undefined,
  } as Partial<Load>;
}

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
) {
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
  } as const;
}

/** AbuseIPDB takes requests and never answers. */
export const hanging: Experiment = {
  name: 'hanging',
  async measure(bench) {
    const { rounds, seconds = 8 } = bench.options;
    const addresses = bench.addresses.any(100_000, 'hanging');
    await bench.surroundings.setFault({ kind: 'hang' });
    const { ours } = await inTurn(['ours'], rounds, async () => {
      // A breaker that stood open from the round before would keep everybody from waiting.
      const server = await bench.startService();
      const load = actionLoad(server, { addresses, connections: 32, seconds });
      const measured = await loaded(bench, server, load);
      await server.end();
      return measured;
    });
    await bench.surroundings.setFault(undefined);
    return [
      {
        what: 'upstream hanging: slowest answer',
        unit: 'ms',
        bound: { atMost: DEADLINE + 50 },
        figure: summarise(ours.map(({ slowest }) => slowest)),
        from: { 'req/s': summarise(ours.map(({ perSecond }) => perSecond)) },
        note: `the deadline is ${DEADLINE} ms; the first 32 requests of a round wait for AbuseIPDB, then its breaker is open`,
      },
    ];
  },
};

/** Milliseconds, by default. */
const DEADLINE = 1200;
