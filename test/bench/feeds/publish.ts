import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { mmdbFile } from '../../../app/dev/simulator/mmdb.ts';
import { SeededRandom } from '../../../app/dev/simulator/seeded-random.ts';
import type { FeedContent } from '../../../app/src/feeds/model/feed.ts';
import type { AddressBlock, ScoredAddress } from '../../../app/src/feeds/model/feed-data.ts';
import { type FeedPointer, pointerKey, snapshotKey } from '../../../app/src/feeds/model/pointer.ts';
import { encodeSnapshot } from '../../../app/src/feeds/snapshot/encode.ts';

const SCORES = 500_000;
const RANGES = 300_000;
/** Shares of IPv6: of AbuseIPDB's list a few percent, of the lists of ranges about a sixth. */
const IPV6_SCORES = 12_000;
const IPV6_RANGES = 50_000;

/** As large as GeoLite2-City. */
const DATABASE_NETWORKS = 6900;
/** What the writer of the simulator supports. */
const STRING_BYTES = 280;
const STRINGS_PER_RECORD = 26;

const STATED = { publishedAt: undefined, summary: {} };

/** Writes the files of a feed into a folder, as the refresher does. */
export function publishSnapshot(
  folder: string,
  { id, content }: { readonly id: string; readonly content: FeedContent },
  file: Buffer,
  more: Pick<FeedPointer, 'publishedAt' | 'scope'> = {},
): void {
  const sha256 = createHash('sha256').update(file).digest('hex');
  const now = Date.now();
  write(folder, snapshotKey(id, sha256), file);
  const pointer = { version: 1, feed: id, content, sha256, bytes: file.length };
  const dates = { fetchedAt: now, confirmedAt: now, summary: {} };
  write(folder, pointerKey(id), Buffer.from(JSON.stringify({ ...pointer, ...dates, ...more })));
}

function write(folder: string, key: string, body: Buffer): void {
  const path = join(folder, key);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, body);
}

/** Returns a snapshot of 500,000 scored addresses, different for each seed. */
export function scoresFile(seed: string): Buffer {
  const random = randomOf(seed);
  const entries = Array.from({ length: SCORES }, (_, index): ScoredAddress => {
    const score = 25 + Math.floor(75 * random());
    return { bits: index < IPV6_SCORES ? bits128(random) : bits32(random), score };
  });
  const scope = { unlistedAtMost: 24, versions: [4, 6] } as const;
  return encodeSnapshot({ ...STATED, content: 'scores', entries, scope });
}

/** Returns a snapshot of 300,000 ranges that do not touch, different for each seed. */
export function rangesFile(seed: string): Buffer {
  const random = randomOf(seed);
  const ipv4 = RANGES - IPV6_RANGES;
  const step = Math.floor(2 ** 32 / ipv4);
  const blocks = Array.from({ length: RANGES }, (_, index): AddressBlock => {
    if (index < ipv4) {
      const first = index * step + Math.floor((random() * step) / 2);
      return { version: 4, first, last: first + Math.floor((random() * step) / 4) };
    }
    const first = bits128(random) & ~0xffffffffn;
    return { version: 6, first, last: first + 0xffffn };
  });
  return encodeSnapshot({ ...STATED, content: 'ranges', blocks });
}

/** Returns an mmdb file of 52 MB, different for each seed. */
export function databaseFile(seed: string): Buffer {
  const networks = Array.from({ length: DATABASE_NETWORKS }, (_, index): [string, object] => {
    const strings = Array.from({ length: STRINGS_PER_RECORD }, (_, field) => [
      `field${field}`,
      `${seed}${index}/${field}`.padEnd(STRING_BYTES, '.'),
    ]);
    const record = { country: { iso_code: 'CH' }, ...Object.fromEntries(strings) };
    return [`${1 + (index >> 8)}.${index & 255}.0.0/16`, record];
  });
  return mmdbFile(networks as Parameters<typeof mmdbFile>[0], { recordSize: 32 });
}

export function bits32(random: () => number): number {
  return Math.floor(random() * 2 ** 32);
}

/** Returns an address in 2000::/3. */
export function bits128(random: () => number): bigint {
  const words = Array.from({ length: 4 }, () => BigInt(bits32(random)));
  const bits = words.reduce((sum, word) => (sum << 32n) | word, 0n);
  return (1n << 125n) | (bits & ((1n << 125n) - 1n));
}

export function randomOf(seed: string): () => number {
  const random = new SeededRandom(seed);
  return () => random.next();
}
