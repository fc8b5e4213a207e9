import { createHash } from 'node:crypto';
import { type MmdbValue, mmdbFile } from '../../../../app/dev/simulator/mmdb.ts';
import type { ConfiguredFeed } from '../../../../app/src/feeds/model/configured-feeds.ts';
import type { Feed, FeedContent } from '../../../../app/src/feeds/model/feed.ts';
import type { ScoredAddress } from '../../../../app/src/feeds/model/feed-data.ts';
import {
  type FeedPointer,
  pointerKey,
  snapshotKey,
} from '../../../../app/src/feeds/model/pointer.ts';
import { encodeSnapshot } from '../../../../app/src/feeds/snapshot/encode.ts';
import { parseAddress } from '../../../../app/src/signals/address/parse.ts';
import { parseCidr } from '../../../../app/src/signals/address/ranges.ts';
import type { ObjectStore } from '../../../../app/src/store/object-store.ts';

export const NOON = Date.UTC(2026, 10, 20, 12);
export const HOUR = 3_600_000;

/** Returns a configured feed that expires after a day. */
export function feedOf(id: string, content: FeedContent, own: Partial<Feed> = {}): ConfiguredFeed {
  const feed: Feed = {
    id,
    title: id,
    homepage: 'https://feeds.example',
    content,
    licence: { name: 'none', attribution: 'none' },
    interval: HOUR,
    maxAge: 24 * HOUR,
    ageFrom: 'confirmed',
    download: async () => ({ status: 'unchanged' }),
    findImplausible: () => undefined,
    ...own,
  };
  return { feed, options: {}, interval: feed.interval, maxAge: feed.maxAge };
}

const STATED = { publishedAt: undefined, summary: {} };

export function rangesFile(...cidrs: string[]): Buffer {
  const blocks = cidrs.map((text) => {
    const block = parseCidr(text);
    if (block === undefined) throw new Error(`${text} is not a valid CIDR`);
    return block;
  });
  return encodeSnapshot({ ...STATED, content: 'ranges', blocks });
}

export function networksFile(...asns: number[]): Buffer {
  return encodeSnapshot({ ...STATED, content: 'networks', asns });
}

export function scoresFile(scores: Readonly<Record<string, number>>): Buffer {
  const entries = Object.entries(scores).map(([text, score]): ScoredAddress => {
    const bits = parseAddress(text)?.bits;
    if (bits === undefined) throw new Error(`${text} is not a valid address`);
    return { bits, score };
  });
  const scope = { unlistedAtMost: 100, versions: [] };
  return encodeSnapshot({ ...STATED, content: 'scores', entries, scope });
}

export function countryFile(country: string): Buffer {
  return mmdbFile([['9.9.9.0/24', { country: { iso_code: country } }]]);
}

export function mmdbOf(record: MmdbValue): Buffer {
  return mmdbFile([['9.9.9.0/24', record]]);
}

export function sha256Of(file: Buffer): string {
  return createHash('sha256').update(file).digest('hex');
}

export function pointerTo(
  { feed }: ConfiguredFeed,
  file: Buffer,
  own: Partial<FeedPointer> = {},
): FeedPointer {
  return {
    version: 1,
    feed: feed.id,
    content: feed.content,
    sha256: sha256Of(file),
    bytes: file.length,
    fetchedAt: NOON,
    confirmedAt: NOON,
    summary: {},
    ...own,
  };
}

/** Publishes a snapshot as the refresher does. */
export async function publish(
  store: ObjectStore,
  feed: ConfiguredFeed,
  file: Buffer,
  own: Partial<FeedPointer> = {},
): Promise<void> {
  const pointer = pointerTo(feed, file, own);
  await store.write(snapshotKey(feed.feed.id, pointer.sha256), file);
  await writePointer(store, feed.feed.id, JSON.stringify(pointer));
}

export async function writePointer(store: ObjectStore, id: string, text: string): Promise<void> {
  await store.write(pointerKey(id), Buffer.from(text));
}
