import { expectPlainSuccess } from '../check-responses.ts';
import {
  actionLoad,
  type Harness,
  type LoadSample,
  measureLoad,
  perSecond,
  warmUp,
} from '../harness.ts';
import { interleave } from '../interleave.ts';
import type { Row } from '../row.ts';
import { combineByRound, ratio, summarise } from '../statistics.ts';
import type { Experiment } from './experiment.ts';

/** Enough that no address is used more often than in production. */
const ADDRESSES = 1000;
const SECONDS = 5;

const SERVERS = ['ours', 'hono', 'http'] as const;
type Server = (typeof SERVERS)[number];
export type WarmSamples = Record<Server, LoadSample[]>;

/** Decisions with all data in memory, compared with bare servers, on 32 connections and on two. */
export const warm: readonly Experiment[] = [32, 2].map((connections) => ({
  name: `warm-${connections}`,
  measure: async (harness) => rowsOf(await measureWarm(harness, connections), connections),
}));

export async function measureWarm(harness: Harness, connections: number): Promise<WarmSamples> {
  const addresses = harness.addresses.clean(ADDRESSES, 'warm');
  const [ours, hono, http] = await Promise.all([
    harness.startService(),
    harness.startBaseline('hono'),
    harness.startBaseline('http'),
  ]);
  const servers = { ours, hono, http };
  for (const server of SERVERS) {
    await expectPlainSuccess(servers[server], addresses);
    await warmUp(harness, servers[server], addresses);
  }
  const { rounds, seconds = SECONDS } = harness.options;
  const samples = await interleave(SERVERS, rounds, (server) => {
    const load = { addresses, connections, seconds };
    return measureLoad(harness, servers[server], actionLoad(servers[server], load));
  });
  await Promise.all(SERVERS.map((server) => servers[server].end()));
  return samples;
}

const p99 = (samples: readonly LoadSample[]) => samples.map((sample) => sample.p99);

function rowsOf({ ours, hono, http }: WarmSamples, connections: number): Row[] {
  const inputs = {
    'ours req/s': summarise(perSecond(ours)),
    'hono req/s': summarise(perSecond(hono)),
    'http req/s': summarise(perSecond(http)),
    'ours p99 ms': summarise(p99(ours)),
    'http p99 ms': summarise(p99(http)),
    'ours CPU ms per request': summarise(ours.map((sample) => sample.cpuPerRequest)),
    'hono CPU ms per request': summarise(hono.map((sample) => sample.cpuPerRequest)),
    'http CPU ms per request': summarise(http.map((sample) => sample.cpuPerRequest)),
    'ours cores busy': summarise(ours.map((sample) => sample.busy)),
  };
  const what = `warm, ${connections} connections`;
  const throughput = (others: readonly LoadSample[]) =>
    combineByRound(perSecond(ours), perSecond(others), ratio);
  return [
    row(`${what} / bare Hono`, { atLeast: 0.9 }, throughput(hono)),
    row(`${what} / bare node:http`, { atLeast: 0.75 }, throughput(http)),
    row(
      `${what}, p99 / bare node:http`,
      { atMost: 2 },
      combineByRound(p99(ours), p99(http), ratio),
    ),
  ];

  function row(name: string, bound: Row['bound'], figure: Row['figure']): Row {
    return { name: name, unit: '×', bound, figure, inputs };
  }
}
