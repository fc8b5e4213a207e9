import { setTimeout as wait } from 'node:timers/promises';
import { expectPlainSuccess } from '../check-responses.ts';
import { ADDRESS, type Load } from '../generator/load.ts';
import { actionLoad, type Harness, type LoadSample, measureLoad, warmUp } from '../harness.ts';
import { interleave } from '../interleave.ts';
import type { Row } from '../row.ts';
import { combineByRound, difference, ratio, summarise } from '../statistics.ts';
import type { Experiment } from './experiment.ts';

/** Unknown addresses, while AbuseIPDB takes 100 ms: the time that the service adds. */
export const cold: Experiment = {
  name: 'cold',
  async measure(harness) {
    const { rounds, seconds = 4 } = harness.options;
    const { surroundings } = harness;
    const connections = 4;
    const server = await harness.startService();
    // At 100 ms per lookup, twice as many as can be sent.
    const maxAddresses = connections * seconds * 20;
    const addresses = harness.addresses.clean(maxAddresses * rounds, 'cold');
    const part = (at: number) => addresses.slice(at * maxAddresses, (at + 1) * maxAddresses);
    const ours = (round: number): Load =>
      actionLoad(server, { addresses: part(round), connections, seconds, distinct: true });
    // Only the addresses are cold: the SDK's code needs some thousand calls to be optimised.
    const warmUpAddresses = harness.addresses.clean(WARM_UP_ADDRESSES, 'cold-warm-up');
    const warmUp = { addresses: warmUpAddresses, connections: 8, seconds: WARM_UP_SECONDS };
    await harness.generator.run(actionLoad(server, { ...warmUp, untilExhausted: true }));
    // If a burst has opened the circuit of the cache, it closes in this time.
    await wait(CACHE_PAUSE_MS);
    await surroundings.setFault({ kind: 'slow', ms: 100 });
    const samples = await interleave(['ours', 'upstream'], rounds, (name, round) =>
      harness.generator.run(
        name === 'ours' ? ours(round) : { ...ours(round), ...directly(harness), connections },
      ),
    );
    await surroundings.setFault(undefined);
    await server.end();
    const p50 = (name: 'ours' | 'upstream') => samples[name].map((sample) => sample.p50);
    return [
      {
        name: 'cold address, upstream 100 ms: p50 beyond it',
        unit: 'ms',
        bound: { atMost: 3 },
        figure: combineByRound(p50('ours'), p50('upstream'), difference),
        inputs: {
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
/** The pause of the cache's circuit breaker. */
const CACHE_PAUSE_MS = 5_000;

/** Returns a load on AbuseIPDB itself with the requests that the service sends. */
function directly({ surroundings }: Harness): Partial<Load> {
  const { origin, pathname } = new URL(surroundings.abuseIpdb);
  return {
    origin,
    method: 'GET',
    path: `${pathname}/check?ipAddress=${ADDRESS}&maxAgeInDays=30`,
    headers: { key: 'any', accept: 'application/json' },
    body: undefined,
  };
}

/** AbuseIPDB accepts requests and never responds. */
export const hanging: Experiment = {
  name: 'hanging',
  async measure(harness) {
    const { rounds, seconds = 8 } = harness.options;
    const addresses = harness.addresses.any(100_000, 'hanging');
    await harness.surroundings.setFault({ kind: 'hang' });
    const { ours } = await interleave(['ours'], rounds, async () => {
      // A circuit that is open from the previous round would end every wait.
      const server = await harness.startService();
      const load = actionLoad(server, { addresses, connections: 32, seconds });
      const measured = await measureLoad(harness, server, load);
      await server.end();
      return measured;
    });
    await harness.surroundings.setFault(undefined);
    return [
      {
        name: 'upstream hanging: slowest answer',
        unit: 'ms',
        bound: { neverAbove: DEADLINE_MS + 50 },
        figure: summarise(ours.map(({ slowest }) => slowest)),
        inputs: { 'req/s': summarise(ours.map(({ perSecond }) => perSecond)) },
        note: `the deadline is ${DEADLINE_MS} ms; the first 32 requests of a round wait for AbuseIPDB, then its breaker is open`,
      },
    ];
  },
};

/** One request in ten has a new address, before AbuseIPDB hangs and while it does. */
export const outage: Experiment = {
  name: 'outage',
  async measure(harness) {
    const { rounds, seconds = 8 } = harness.options;
    const known = harness.addresses.clean(1000, 'warm');
    const newAddresses = harness.addresses.any(20_000 * rounds, 'outage');
    const samples: Record<'before' | 'during', LoadSample[]> = { before: [], during: [] };
    for (let round = 0; round < rounds; round += 1) {
      // A new process, because the circuit of the previous one is open.
      const server = await harness.startService();
      await expectPlainSuccess(server, known);
      await warmUp(harness, server, known);
      for (const phase of ['before', 'during'] as const) {
        await harness.surroundings.setFault(phase === 'during' ? { kind: 'hang' } : undefined);
        const first = 20_000 * round + (phase === 'during' ? 10_000 : 0);
        const addresses = newAddresses
          .slice(first, first + 10_000)
          .flatMap((address, at) => [address, ...knownAfter(known, at)]);
        const load = actionLoad(server, { addresses, connections: 32, seconds });
        samples[phase].push(await measureLoad(harness, server, load));
      }
      await harness.surroundings.setFault(undefined);
      await server.end();
    }
    const row = (figure: 'p50' | 'cpuPerRequest', name: string, atMost: number): Row => {
      const [before, during] = [samples.before, samples.during].map((phase) =>
        phase.map((sample) => sample[figure]),
      ) as [number[], number[]];
      return {
        name: `upstream hanging, one address in ten is new: ${name} / before`,
        unit: '×',
        bound: { atMost },
        figure: combineByRound(during, before, ratio),
        inputs: { 'before ms': summarise(before), 'during ms': summarise(during) },
      };
    };
    return [row('p50', 'p50', 2), row('cpuPerRequest', 'CPU', 1.5)];
  },
};

const KNOWN_PER_NEW = 9;

function knownAfter(known: readonly string[], at: number): string[] {
  return Array.from({ length: KNOWN_PER_NEW }, (_, offset) => {
    return known[(at * KNOWN_PER_NEW + offset) % known.length] ?? '';
  });
}

/** The default of DECISION_DEADLINE_MS. */
const DEADLINE_MS = 1200;
