import { setTimeout as wait } from 'node:timers/promises';
import { actionLoad, type Bench, loaded } from '../bench.ts';
import { ADDRESS, type Load } from '../generator/load.ts';
import { inTurn } from '../in-turn.ts';
import { byRound, difference, summarise } from '../statistics.ts';
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
    const addresses = bench.addresses.clean(most * rounds, 'cold');
    const part = (at: number) => addresses.slice(at * most, (at + 1) * most);
    const ours = (round: number): Load =>
      actionLoad(server, { addresses: part(round), connections, seconds, distinct: true });
    // The address is what is cold here: the SDK's code takes some thousand calls to be compiled.
    const warmUpAddresses = bench.addresses.clean(WARM_UP_ADDRESSES, 'cold-warm-up');
    const warmUp = { addresses: warmUpAddresses, connections: 8, seconds: WARM_UP_SECONDS };
    await bench.generator.run(actionLoad(server, { ...warmUp, untilUsedUp: true }));
    // Should a burst have shut the table, it is asked again by now.
    await wait(TABLE_PAUSE);
    await surroundings.setFault({ kind: 'slow', ms: 100 });
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
        note: `after ${WARM_UP_ADDRESSES} other addresses: a process that has just started takes several times as long`,
      },
    ];
  },
};

const WARM_UP_ADDRESSES = 3_000;
const WARM_UP_SECONDS = 60;
/** Milliseconds for which the service leaves a table alone that has failed it. */
const TABLE_PAUSE = 5_000;

/** AbuseIPDB itself, asked as the service asks it. */
function directly({ surroundings }: Bench): Partial<Load> {
  const { origin, pathname } = new URL(surroundings.abuseIpdb);
  return {
    origin,
    method: 'GET',
    path: `${pathname}/check?ipAddress=${ADDRESS}&maxAgeInDays=30`,
    headers: { key: 'any', accept: 'application/json' },
    body: undefined,
  };
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
        bound: { never: DEADLINE + 50 },
        figure: summarise(ours.map(({ slowest }) => slowest)),
        from: { 'req/s': summarise(ours.map(({ perSecond }) => perSecond)) },
        note: `the deadline is ${DEADLINE} ms; the first 32 requests of a round wait for AbuseIPDB, then its breaker is open`,
      },
    ];
  },
};

/** Milliseconds, by default. */
const DEADLINE = 1200;
