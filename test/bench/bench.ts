import { join } from 'node:path';
import { ABUSEIPDB_KEY, CREDENTIAL, SECRET } from '../support/running-service.ts';
import { type Addresses, openAddresses } from './addresses.ts';
import { TYPICAL } from './bodies.ts';
import { type Baseline, type Build, buildAll } from './build.ts';
import { chooseGenerator } from './generator/generator.ts';
import type { Generator, Load, Measured } from './generator/load.ts';
import { endProcesses, type ServerProcess, startServer } from './processes.ts';
import { AWS, type Surroundings, startSurroundings } from './surroundings/surroundings.ts';

export interface BenchOptions {
  readonly rounds: number;
  /** For one measurement, in place of each row's own. */
  readonly seconds: number | undefined;
}

/** All that the rows are measured with. */
export interface Bench {
  readonly options: BenchOptions;
  readonly generator: Generator;
  readonly addresses: Addresses;
  readonly build: Build;
  readonly surroundings: Surroundings;
  /** The built service with its default settings, and a table of its own, but for these. */
  startService(settings?: Readonly<Record<string, string>>): Promise<ServerProcess>;
  startBaseline(
    name: Baseline,
    environment?: Readonly<Record<string, string>>,
  ): Promise<ServerProcess>;
  /** Ends the servers that a failed measurement left, and every fault. */
  recover(): Promise<void>;
  close(): Promise<void>;
}

export async function openBench(options: BenchOptions): Promise<Bench> {
  const [build, addresses, surroundings] = await Promise.all([
    buildAll(),
    openAddresses(),
    startSurroundings(),
  ]);
  return {
    options,
    generator: chooseGenerator(),
    addresses,
    build,
    surroundings,
    async startService(settings = {}) {
      const table = settings.REPUTATION_TABLE ?? (await surroundings.newTable());
      return startServer('server', [build.service], {
        ...AWS,
        PORT: '0',
        ACTION_CREDENTIAL: CREDENTIAL,
        ABUSEIPDB_API_KEY: ABUSEIPDB_KEY,
        ABUSEIPDB_BASE_URL: surroundings.abuseIpdb,
        AWS_ENDPOINT_URL_DYNAMODB: surroundings.dynamoDb,
        REPUTATION_TABLE: table,
        ...settings,
      });
    },
    startBaseline: (name, environment = {}) =>
      startServer('server', [build.baseline(name)], {
        ABUSEIPDB_API_KEY: ABUSEIPDB_KEY,
        ABUSEIPDB_BASE_URL: surroundings.abuseIpdb,
        GEO_DATABASE: join(build.folder, 'dist/geo-whois-asn-country.mmdb'),
        ...environment,
      }),
    async recover() {
      endProcesses('server');
      await surroundings.setFault(undefined);
    },
    async close() {
      await surroundings.end();
      endProcesses();
      build.remove();
    },
  };
}

/** What is asked of every server alike: the action, with the credential. */
export function actionLoad(
  server: ServerProcess,
  load: Pick<Load, 'addresses' | 'connections' | 'seconds'> & Partial<Load>,
): Load {
  return {
    origin: server.origin,
    method: 'POST',
    path: '/pre-issue-access-token',
    headers: { 'x-api-key': SECRET, 'content-type': 'application/json' },
    body: TYPICAL,
    ...load,
  };
}

/**
 * For the compiler to have seen what there is: with 32 connections the service takes less and less for a
 * decision in the first five seconds, with two in the first twenty. Seconds.
 */
const WARM_UP = 10;

/** Gives a server as much to do as makes it as quick as it becomes. */
export async function warmUp(
  bench: Bench,
  server: ServerProcess,
  addresses: Load['addresses'],
): Promise<void> {
  await bench.generator.run(actionLoad(server, { addresses, connections: 32, seconds: WARM_UP }));
}

/** What a generator saw, and the processor time of the server meanwhile. */
export interface Loaded extends Measured {
  /** Milliseconds of all threads of the server, for one request. */
  readonly cpuPerRequest: number;
  /** Cores that the server kept busy. */
  readonly busy: number;
}

/** Requests a second of each. */
export const perSecond = (samples: readonly Loaded[]) => samples.map((sample) => sample.perSecond);

export async function loaded(bench: Bench, server: ServerProcess, load: Load): Promise<Loaded> {
  const before = server.cpu();
  const measured = await bench.generator.run(load);
  const cpu = server.cpu() - before;
  return {
    ...measured,
    cpuPerRequest: (1000 * cpu) / measured.requests,
    busy: cpu / measured.seconds,
  };
}
