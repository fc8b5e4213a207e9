import { actionLoad, type Bench, type Loaded, loaded, perSecond, warmUp } from '../bench.ts';
import { checkAnswers } from '../check-answers.ts';
import { inTurn } from '../in-turn.ts';
import type { Row } from '../row.ts';
import { byRound, ratio, summarise } from '../statistics.ts';
import type { Experiment } from './experiment.ts';

/** Addresses that log in again and again: enough that no one of them is hot. */
const ADDRESSES = 1000;
const SECONDS = 5;

const SERVERS = ['ours', 'hono', 'http'] as const;
type Server = (typeof SERVERS)[number];
export type WarmSamples = Record<Server, Loaded[]>;

/** A decision of which everything is in memory, beside bare servers: with 32 connections, and with two. */
export const warm: readonly Experiment[] = [32, 2].map((connections) => ({
  name: `warm-${connections}`,
  measure: async (bench) => rowsOf(await measureWarm(bench, connections), connections),
}));

export async function measureWarm(bench: Bench, connections: number): Promise<WarmSamples> {
  const addresses = bench.addresses.clean(ADDRESSES, 'warm');
  const [ours, hono, http] = await Promise.all([
    bench.startService(),
    bench.startBaseline('hono'),
    bench.startBaseline('http'),
  ]);
  const servers = { ours, hono, http };
  for (const server of SERVERS) {
    await checkAnswers(servers[server], addresses);
    await warmUp(bench, servers[server], addresses);
  }
  const { rounds, seconds = SECONDS } = bench.options;
  const samples = await inTurn(SERVERS, rounds, (server) => {
    const load = { addresses, connections, seconds };
    return loaded(bench, servers[server], actionLoad(servers[server], load));
  });
  await Promise.all(SERVERS.map((server) => servers[server].end()));
  return samples;
}

const p99 = (samples: readonly Loaded[]) => samples.map((sample) => sample.p99);

function rowsOf({ ours, hono, http }: WarmSamples, connections: number): Row[] {
  const from = {
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
  const throughput = (others: readonly Loaded[]) =>
    byRound(perSecond(ours), perSecond(others), ratio);
  return [
    row(`${what} / bare Hono`, { atLeast: 0.9 }, throughput(hono)),
    row(`${what} / bare node:http`, { atLeast: 0.75 }, throughput(http)),
    row(`${what}, p99 / bare node:http`, { atMost: 2 }, byRound(p99(ours), p99(http), ratio)),
  ];

  function row(name: string, bound: Row['bound'], figure: Row['figure']): Row {
    return { what: name, unit: '×', bound, figure, from };
  }
}
