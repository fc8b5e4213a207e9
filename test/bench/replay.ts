import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGzip } from 'node:zlib';
import { build } from 'esbuild';
import { CLI_BUNDLE } from '../../app/build/bundle.ts';
import { loadPolicy } from '../../app/tools/policy/load.ts';
import { recordLines } from './replay/record-lines.ts';

/*
 * Measures `risk-gate policy replay` on generated decision records: its time on one core, and its memory.
 *
 *   npm run bench:replay [-- <records>]
 */

const DEFAULT_RECORDS = 1_000_000;
/** Has decided on the records, and reads every signal. */
const RECORDED = 'test/bench/replay/recorded.yaml';
const CANDIDATE = 'test/bench/replay/candidate.yaml';
const MEBIBYTE = 2 ** 20;
/** The terminal's output of the slowest run is small. */
const MAX_OUTPUT_BYTES = 16 * MEBIBYTE;

/** Prints what the process has used, when it ends. */
const REPORT_USAGE = `
  process.on('exit', () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6;
    process.stderr.write(JSON.stringify({ mebibytes: maxRSS / 1024, cpuSeconds }));
  });`;

const records = Number(process.argv[2] ?? DEFAULT_RECORDS);
const folder = await mkdtemp(join(tmpdir(), 'risk-gate-replay-'));
const bundle = join(folder, 'cli');
try {
  await build({ ...CLI_BUNDLE, outdir: bundle });
  const policy = await loadPolicy(RECORDED);
  const plain = join(folder, 'records.log');
  const compressed = `${plain}.gz`;
  await pipeline(Readable.from(recordLines(policy, records)), createWriteStream(plain));
  await pipeline(
    Readable.from(recordLines(policy, records)),
    createGzip({ level: 6 }),
    createWriteStream(compressed),
  );
  for (const [name, args] of [
    ['plain', [plain]],
    ['gzip', [compressed]],
    // Of another revision than the records, so that it decides on them, too.
    ['plain, --against', [plain, '--against', 'app/policy.yaml']],
  ] as const) {
    const { seconds, cpuSeconds, mebibytes } = await measure(args);
    const size = (await stat(args[0])).size / MEBIBYTE;
    process.stdout.write(
      `${name.padEnd(18)} ${records} records, ${size.toFixed(0)} MiB: ${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of CPU, ${mebibytes.toFixed(0)} MiB resident at most\n`,
    );
  }
} finally {
  await rm(folder, { recursive: true });
}

interface Measurement {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly mebibytes: number;
}

/** Runs the bundled command in a process of its own. */
async function measure(args: readonly string[]): Promise<Measurement> {
  const started = performance.now();
  const { stderr } = await promisify(execFile)(
    process.execPath,
    [
      ...['--import', `data:text/javascript,${encodeURIComponent(REPORT_USAGE)}`],
      ...[join(bundle, 'risk-gate.mjs'), 'policy', 'replay', ...args],
      ...['--policy', CANDIDATE, '--json'],
    ],
    { maxBuffer: MAX_OUTPUT_BYTES },
  );
  const seconds = (performance.now() - started) / 1000;
  return { seconds, ...JSON.parse(stderr) };
}
