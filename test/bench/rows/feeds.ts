import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { BUNDLE } from '../../../app/build/bundle.ts';
import { pinnedCommand } from '../cores.ts';
import type { Measured } from '../feeds/measured.ts';
import { databaseFile, publishSnapshot, rangesFile, scoresFile } from '../feeds/publish.ts';
import type { Harness } from '../harness.ts';
import { AS_DEPLOYED } from '../processes.ts';
import type { Row } from '../row.ts';
import { summarise } from '../statistics.ts';
import type { Experiment } from './experiment.ts';

const MIB = 2 ** 20;
const SCORES = { id: 'abuseipdb-blacklist', content: 'scores' } as const;
const RANGES = { id: 'x4bnet-datacenter', content: 'ranges' } as const;
const DATABASE = { id: 'geolite2-city', content: 'places' } as const;

/** Loading 500,000 scored addresses and 300,000 ranges, or a database of 52 MB, and looking addresses up. */
export const feeds: Experiment = {
  name: 'feeds',
  async measure(harness) {
    const program = await bundleProgram(harness);
    const lists = await inFolders(
      (folder, seed) => {
        publishSnapshot(folder, SCORES, scoresFile(`scores${seed}`));
        publishSnapshot(folder, RANGES, rangesFile(`ranges${seed}`));
      },
      (before, after) => repeat(harness, [program, before, after, `${SCORES.id},${RANGES.id}`]),
    );
    const databases = await inFolders(
      (folder, seed) => publishSnapshot(folder, DATABASE, databaseFile(seed)),
      (before, after) => repeat(harness, [program, before, after, DATABASE.id]),
    );
    return [
      ...delayRows('500,000 scores and 300,000 ranges', lists),
      {
        name: '500,000 scores and 300,000 ranges in memory',
        unit: 'MiB',
        bound: { atMost: 24 },
        figure: summarise(lists.map(({ memory }) => memory / MIB)),
        inputs: { 'peak of a replacement MiB': summarise(lists.map(({ peak }) => peak / MIB)) },
        note: 'objects and buffers after the load, beside those before it; the peak is of the resident set',
      },
      ...delayRows('a database of 52 MB', databases),
      ...Object.keys(lists[0]?.lookups ?? {}).map(
        (name): Row => ({
          name: `lookup of a ${name}`,
          unit: 'µs',
          bound: { atMost: 1 },
          figure: summarise(lists.map(({ lookups }) => lookups[name] ?? Number.NaN)),
          inputs: {},
        }),
      ),
    ];
  },
};

function delayRows(what: string, measured: readonly Measured[]): Row[] {
  const row = (name: string, values: readonly number[]): Row => ({
    name,
    unit: 'ms',
    bound: { atMost: 20 },
    figure: summarise(values),
    inputs: {},
  });
  return [
    row(
      `loading ${what}: longest delay of the event loop`,
      measured.map(({ loadDelay }) => loadDelay),
    ),
    row(
      `replacing ${what}: longest delay of the event loop`,
      measured.map(({ swapDelay }) => swapDelay),
    ),
  ];
}

/** Bundles the measuring program like the service, next to the service's worker. */
async function bundleProgram({ build: { folder } }: Harness): Promise<string> {
  const source = fileURLToPath(new URL('../feeds/measure.ts', import.meta.url));
  const outfile = join(folder, 'dist/measure.mjs');
  const { outdir: _, outExtension: __, chunkNames: ___, ...options } = BUNDLE;
  await build({ ...options, splitting: false, entryPoints: [source], outfile });
  return outfile;
}

/** Publishes two versions in a folder each, and measures with them. */
async function inFolders<Result>(
  publish: (folder: string, seed: string) => void,
  measure: (before: string, after: string) => Promise<Result>,
): Promise<Result> {
  const root = mkdtempSync(join(tmpdir(), 'risk-gate-feeds-'));
  const [before, after] = [join(root, 'before'), join(root, 'after')];
  try {
    publish(before, 'before');
    publish(after, 'after');
    return await measure(before, after);
  } finally {
    rmSync(root, { recursive: true });
  }
}

async function repeat({ options }: Harness, args: readonly string[]): Promise<Measured[]> {
  const [file, before] = pinnedCommand('server', process.execPath);
  const results: Measured[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    const { stdout } = await promisify(execFile)(file, [...before, '--expose-gc', ...args], {
      env: { ...process.env, ...AS_DEPLOYED },
    });
    results.push(JSON.parse(stdout));
  }
  return results;
}
