import { join } from 'node:path';
import { ABUSEIPDB_KEY, CREDENTIAL, LARGEST_BUDGETS, SECRET } from '../support/running-service.ts';
import { type AddressSource, openAddressSource } from './addresses.ts';
import { TYPICAL } from './bodies.ts';
import { type Baseline, type Build, buildAll } from './build.ts';
import { chooseGenerator } from './generator/generator.ts';
import type { Generator, Load, LoadResult } from './generator/load.ts';
import { endProcesses, type ServerProcess, startServer } from './processes.ts';
import { AWS, type Surroundings, startSurroundings } from './surroundings/surroundings.ts';

export interface MeasureOptions {
  readonly rounds: number;
  /** Duration of one measurement. @default that of the row */
  readonly seconds: number | undefined;
}

/** What the experiments measure with. */
export interface Harness {
  readonly options: MeasureOptions;
  readonly generator: Generator;
  readonly addresses: AddressSource;
  readonly build: Build;
  readonly surroundings: Surroundings;
  /** Starts the built service with its own table and default settings, except these. */
  startService(settings?: Readonly<Record<string, string>>): Promise<ServerProcess>;
  startBaseline(
    name: Baseline,
    environment?: Readonly<Record<string, string>>,
  ): Promise<ServerProcess>;
  /** Ends the servers and faults of a failed experiment. */
  recover(): Promise<void>;
  close(): Promise<void>;
}

export async function openHarness(options: MeasureOptions): Promise<Harness> {
  const [build, addresses, surroundings] = await Promise.all([
    buildAll(),
    openAddressSource(),
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
        ...LARGEST_BUDGETS,
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

/** Returns the load that every server gets: the action with the credential. */
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

/** Until the compiler has optimised the code: with 32 connections, decisions get faster for five seconds. */
const WARM_UP_SECONDS = 10;

/** Puts load on a server until its code is optimised. */
export async function warmUp(
  harness: Harness,
  server: ServerProcess,
  addresses: Load['addresses'],
): Promise<void> {
  await harness.generator.run(
    actionLoad(server, { addresses, connections: 32, seconds: WARM_UP_SECONDS }),
  );
}

/** The generator's result, and the CPU time of the server. */
export interface LoadSample extends LoadResult {
  /** Milliseconds of CPU time of the server, per request. */
  readonly cpuPerRequest: number;
  /** Cores that the server used on average. */
  readonly busy: number;
}

export const perSecond = (samples: readonly LoadSample[]) =>
  samples.map((sample) => sample.perSecond);

export async function measureLoad(
  harness: Harness,
  server: ServerProcess,
  load: Load,
): Promise<LoadSample> {
  const before = server.cpu();
  const measured = await harness.generator.run(load);
  const cpu = server.cpu() - before;
  return {
    ...measured,
    cpuPerRequest: (1000 * cpu) / measured.requests,
    busy: cpu / measured.seconds,
  };
}
