/**
 * Prints where the CPU time and memory of a warm decision go, compared with bare node:http. Profiling slows a
 * process down, so its shares are applied to the time that it takes without.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { actionLoad, type Harness, measureLoad, openHarness, warmUp } from './harness.ts';
import { AS_DEPLOYED, endProcesses, type ServerProcess } from './processes.ts';
import { partsOf } from './profile/parts.ts';
import { memoryByPart, type Recording, timeByPart } from './profile/shares.ts';
import { alignColumns, formatFigure } from './table.ts';

const RECORDER = fileURLToPath(new URL('profile/recorder.mjs', import.meta.url));
const SECONDS = 10;
const HEAD = ['part', 'µs', 'node:http µs', 'KB', 'node:http KB'];

/** Per request, by part. */
interface Shares {
  readonly microseconds: ReadonlyMap<string, number>;
  readonly kilobytes: ReadonlyMap<string, number>;
}

const harness = await openHarness({ rounds: 1, seconds: undefined });
try {
  const ours = await profile(harness, harness.build.service, (settings) =>
    harness.startService(settings),
  );
  const http = await profile(harness, harness.build.baseline('http'), (settings) =>
    harness.startBaseline('http', settings),
  );
  print(ours, http);
} finally {
  await harness.close();
  endProcesses();
}

async function profile(
  harness: Harness,
  bundle: string,
  start: (settings: Readonly<Record<string, string>>) => Promise<ServerProcess>,
): Promise<Shares> {
  const PROFILE = join(harness.build.folder, 'profile.json');
  const server = await start({
    PROFILE,
    NODE_OPTIONS: `${AS_DEPLOYED.NODE_OPTIONS} --import=${RECORDER}`,
  });
  const addresses = harness.addresses.clean(1000, 'warm');
  const run = (seconds: number) =>
    measureLoad(harness, server, actionLoad(server, { addresses, connections: 32, seconds }));
  await warmUp(harness, server, addresses);
  const { cpuPerRequest } = await run(SECONDS);
  server.signal('SIGUSR2');
  await run(SECONDS);
  server.signal('SIGUSR2');
  const { requests } = await run(SECONDS);
  server.signal('SIGUSR2');
  while (!existsSync(PROFILE)) await wait(50);
  const { time, memory }: Recording = JSON.parse(readFileSync(PROFILE, 'utf8'));
  await server.end();
  rmSync(PROFILE);
  const partOf = partsOf(bundle);
  const times = timeByPart(time, partOf);
  return {
    microseconds: scaled(times, (1000 * cpuPerRequest) / sum(times)),
    kilobytes: scaled(memoryByPart(memory, partOf), 1 / (1000 * requests)),
  };
}

function scaled(shares: ReadonlyMap<string, number>, factor: number): Map<string, number> {
  return new Map([...shares].map(([part, share]) => [part, share * factor]));
}

function sum(shares: ReadonlyMap<string, number>): number {
  return [...shares.values()].reduce((before, share) => before + share, 0);
}

function print(ours: Shares, http: Shares): void {
  const columns = [ours.microseconds, http.microseconds, ours.kilobytes, http.kilobytes];
  const time = (part: string) => ours.microseconds.get(part) ?? 0;
  const lines = [...new Set(columns.flatMap((shares) => [...shares.keys()]))]
    .toSorted((one, other) => time(other) - time(one))
    .map((part) => [
      part,
      ...columns.map((shares) => (shares.has(part) ? formatFigure(shares.get(part) ?? 0) : '')),
    ]);
  const all = ['all', ...columns.map((shares) => formatFigure(sum(shares)))];
  process.stdout.write(`${alignColumns([HEAD, ...lines, all])}\n`);
}
