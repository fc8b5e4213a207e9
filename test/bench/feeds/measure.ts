/**
 * Loads the snapshots of one folder as the service does, replaces them by those of another, looks addresses up, and
 * writes what it has measured as JSON. Runs with `--expose-gc`.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { readSettings } from '../../../app/src/config/settings.ts';
import { openSnapshot } from '../../../app/src/feeds/snapshot/open.ts';
import { bitsAt } from '../../../app/src/feeds/snapshot/search.ts';
import { openRanges, openScores } from '../../../app/src/feeds/snapshot/views.ts';
import { FeedFollower } from '../../../app/src/signals/feeds/feed-follower.ts';
import { createFolderStore } from '../../../app/src/store/folder-store.ts';
import type { Measured } from './measured.ts';
import { bits32, bits128, randomOf, rangesFile, scoresFile } from './publish.ts';

const LOOKUPS = 1_000_000;
const ADDRESSES = 4096;
const LONG = { pointers: 60_000, snapshots: 60_000 };

const [before = '', after = '', feeds = ''] = process.argv.slice(2);
const { configured } = readSettings({
  ACTION_CREDENTIAL: '{}',
  ABUSEIPDB_API_KEY: 'key',
  REPUTATION_TABLE: 'table',
  FEEDS: feeds,
  FEED_STORE: before,
}).feeds;

const stores = [createFolderStore(before), createFolderStore(after)] as const;
let [store]: readonly (typeof stores)[number][] = stores;
let poll = async () => {};
const follower = new FeedFollower({
  feeds: configured,
  store: { ...stores[0], read: (key, options) => (store ?? stores[0]).read(key, options) },
  pollInterval: 1,
  schedule: (task) => {
    poll = task;
    return () => {};
  },
  hooks: {
    onLoadFailed: ({ why }) => void process.stderr.write(`${why}\n`),
  },
});

async function longestDelay(work: () => Promise<void>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await work();
  delay.disable();
  return delay.max / 1e6;
}

/** Returns bytes in use: objects, and the memory of buffers. */
async function memoryInUse(): Promise<number> {
  // Workers have ended, and freed what they used.
  await wait(200);
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

let peak = 0;
async function watchResident(work: () => Promise<void>): Promise<void> {
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 2);
  await work();
  clearInterval(timer);
}

const inUse = await memoryInUse();
const resident = process.memoryUsage.rss();
const loadDelay = await longestDelay(() => follower.start(LONG));
for (const { feed } of configured) {
  if (follower.current.find(feed.id, Date.now()).status === 'absent') {
    throw new Error(`${feed.id} is not loaded.`);
  }
}
const memory = (await memoryInUse()) - inUse;
const old = follower.current;
store = stores[1];
const swapDelay = await longestDelay(() => watchResident(() => poll()));
if (follower.current === old) throw new Error('The snapshots are not replaced.');

/** Returns the microseconds of a lookup; half of the addresses are listed. */
function timeOf<Bits>(lookup: (bits: Bits) => unknown, addresses: readonly Bits[]): number {
  let found = 0;
  const run = () => {
    for (let index = 0; index < LOOKUPS; index += 1) {
      if (lookup(addresses[index % ADDRESSES] as Bits)) found += 1;
    }
  };
  run();
  const start = performance.now();
  run();
  const microseconds = ((performance.now() - start) * 1000) / LOOKUPS;
  if (found === 0) throw new Error('No address was found.');
  return microseconds;
}

/** Measures lookups of listed and unlisted addresses in turn. */
function timeLookups(scoresSnapshot: Buffer, rangesSnapshot: Buffer): Record<string, number> {
  const scored = openSnapshot(scoresSnapshot);
  const blocks = openSnapshot(rangesSnapshot);
  if (scored.content !== 'scores' || blocks.content !== 'ranges') throw new Error('Other content.');
  const { scoreOf } = openScores(scoresSnapshot);
  const { has } = openRanges(rangesSnapshot);
  const isScored = (bits: number | bigint) => scoreOf(bits) !== undefined;
  return {
    'score, IPv4': timeOf(
      isScored,
      mix(bits32, (index) => scored.ipv4[index] ?? 0),
    ),
    'score, IPv6': timeOf(
      isScored,
      mix(bits128, (index) => bitsAt(scored.ipv6, index)),
    ),
    'range, IPv4': timeOf(
      has,
      mix(bits32, (index) => blocks.ipv4Firsts[index] ?? 0),
    ),
    'range, IPv6': timeOf(
      has,
      mix(bits128, (index) => bitsAt(blocks.ipv6Firsts, index)),
    ),
  };
}

function mix<Bits>(unlisted: (random: () => number) => Bits, listed: (index: number) => Bits) {
  const random = randomOf('lookups');
  return Array.from({ length: ADDRESSES }, (_, index) =>
    index % 2 === 0 ? unlisted(random) : listed(Math.floor(random() * 10_000)),
  );
}

const lookups = feeds.includes('blacklist')
  ? timeLookups(scoresFile('scores'), rangesFile('ranges'))
  : {};
follower.stop();
const result: Measured = { loadDelay, swapDelay, memory, peak: peak - resident, lookups };
process.stdout.write(`${JSON.stringify(result)}\n`);
