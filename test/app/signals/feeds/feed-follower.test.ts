import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { ConfiguredFeed } from '../../../../app/src/feeds/model/configured-feeds.ts';
import { lookupAddress } from '../../../../app/src/signals/address/address.ts';
import { parseAddress } from '../../../../app/src/signals/address/parse.ts';
import { checkFile } from '../../../../app/src/signals/feeds/check-file.ts';
import type { FileChecker } from '../../../../app/src/signals/feeds/check-worker.ts';
import { FeedFollower } from '../../../../app/src/signals/feeds/feed-follower.ts';
import type { FeedSnapshots } from '../../../../app/src/signals/feeds/feed-snapshots.ts';
import { createFolderStore } from '../../../../app/src/store/folder-store.ts';
import type { ObjectStore } from '../../../../app/src/store/object-store.ts';
import { createS3Store } from '../../../../app/src/store/s3-store.ts';
import { describeWithMoto, sharedMoto } from '../../../support/moto.ts';
import {
  countryFile,
  feedOf,
  HOUR,
  mmdbOf,
  NOON,
  networksFile,
  pointerTo,
  publish,
  rangesFile,
  scoresFile,
  writePointer,
} from './published-feeds.ts';

const TOR = feedOf('tor-exits', 'ranges');
const VPN = feedOf('vpn', 'ranges');
const WAIT = { pointers: 60_000, snapshots: 60_000 };

let folder: string;
let store: ObjectStore;
let time: number;
/** What the hooks received, one text each. */
let events: string[];
let reads: string[];
let running: FeedFollower[];
let polls: { run: () => Promise<void>; delay: number }[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'feeds-'));
  store = createFolderStore(folder);
  time = NOON;
  events = [];
  reads = [];
  running = [];
  polls = [];
});
afterEach(() => {
  for (const follower of running) follower.stop();
  rmSync(folder, { recursive: true });
});

const checkHere: FileChecker = async (file, expected) => ({
  file,
  checked: checkFile(file, expected),
});

function follow(
  feeds: readonly ConfiguredFeed[],
  own: { readonly store?: ObjectStore; readonly check?: FileChecker } = {},
): FeedFollower {
  const source = own.store ?? store;
  const follower = new FeedFollower({
    feeds,
    store: {
      ...source,
      read: (key, options) => {
        reads.push(key.replace(/[0-9a-f]{64}/, 'snapshot'));
        return source.read(key, options);
      },
    },
    pollInterval: 300_000,
    now: () => time,
    check: own.check ?? checkHere,
    random: () => 0,
    schedule: (run, delay) => {
      const poll = { run, delay };
      polls.push(poll);
      return () => {
        polls = polls.filter((one) => one !== poll);
      };
    },
    hooks: {
      onLoaded: ({ feed }) => void events.push(`${feed} loaded`),
      onLoadFailed: ({ feed, why }) => void events.push(`${feed} failed: ${why}`),
      onStateChange: ({ feed, status, previous }) =>
        void events.push(`${feed} ${previous ?? 'new'} > ${status}`),
    },
  });
  running.push(follower);
  return follower;
}

/** Runs the next poll, as the timer would. */
async function poll(): Promise<void> {
  const next = polls.shift();
  if (next === undefined) throw new Error('No poll is scheduled.');
  await next.run();
}

function isOn(snapshots: FeedSnapshots, id: string, text: string): boolean | string {
  const address = parseAddress(text);
  const state = snapshots.find(id, time);
  if (state.status === 'absent' || address === undefined) return state.status;
  if (state.view.content !== 'ranges') return state.view.content;
  return state.view.has(address);
}

test('loads every content', async () => {
  const feeds = {
    ranges: feedOf('ranges', 'ranges'),
    networks: feedOf('networks', 'networks'),
    scores: feedOf('scores', 'scores'),
    places: feedOf('places', 'places'),
    anonymizers: feedOf('anonymizers', 'anonymizers'),
  };
  await publish(store, feeds.ranges, rangesFile('9.9.9.0/24', '2606:4700::/32'));
  await publish(store, feeds.networks, networksFile(64500));
  await publish(store, feeds.scores, scoresFile({ '9.9.9.9': 90 }));
  await publish(store, feeds.places, countryFile('CH'));
  await publish(store, feeds.anonymizers, mmdbOf({ is_tor_exit_node: true }));
  const follower = follow(Object.values(feeds));
  await follower.start(WAIT);

  const answers = (text: string) => {
    const address = parseAddress(text);
    if (address === undefined) throw new Error('not an address');
    const { value, version } = lookupAddress(address);
    return Object.keys(feeds).map((id): unknown => {
      const state = follower.current.find(id, time);
      if (state.status === 'absent') return 'absent';
      switch (state.view.content) {
        case 'ranges':
          return state.view.has(address);
        case 'networks':
          return state.view.has(64500) && !state.view.has(64501);
        case 'scores':
          return state.view.scoreOf(address);
        case 'places':
          return state.view.places.find(value, version)?.country;
        case 'anonymizers':
          return state.view.anonymizers.flagsOf(address)?.tor;
        default:
          return state.view satisfies never;
      }
    });
  };
  expect(answers('9.9.9.9')).toEqual([true, true, 90, 'CH', true]);
  expect(answers('8.8.8.8')).toEqual([false, true, undefined, undefined, false]);
  // 9.9.9.9 behind 6to4: the address of the client counts.
  expect(answers('2002:909:909::1')).toEqual([true, true, 90, 'CH', true]);
  expect(answers('2606:4700::1')[0]).toBe(true);
});

test('replaces a snapshot when its pointer changes, and reads nothing else meanwhile', async () => {
  await publish(store, TOR, rangesFile('9.9.9.9'));
  const follower = follow([TOR]);
  await follower.start(WAIT);
  const before = follower.current;
  reads = [];
  await poll();
  expect(reads).toEqual(['feeds/tor-exits/current.json']);
  expect(follower.current).toBe(before);

  await publish(store, TOR, rangesFile('8.8.8.8'));
  await poll();
  expect(isOn(follower.current, 'tor-exits', '8.8.8.8')).toBe(true);
  expect(isOn(follower.current, 'tor-exits', '9.9.9.9')).toBe(false);
  // A request that began before keeps its set.
  expect(isOn(before, 'tor-exits', '8.8.8.8')).toBe(false);
  expect(events).toEqual(['tor-exits loaded', 'tor-exits new > ready', 'tor-exits loaded']);
});

test('a confirmation renews the age, without another read of the snapshot', async () => {
  const file = rangesFile('9.9.9.9');
  await publish(store, TOR, file);
  const follower = follow([TOR]);
  await follower.start(WAIT);
  time += 24 * HOUR - 1;
  await poll();
  expect(follower.current.find('tor-exits', time)).toMatchObject({ status: 'ready' });
  time += 1;
  await poll();
  expect(follower.current.find('tor-exits', time)).toMatchObject({
    status: 'expired',
    age: 24 * HOUR,
  });
  reads = [];
  await publish(store, TOR, file, { confirmedAt: time - HOUR });
  await poll();
  expect(follower.current.find('tor-exits', time)).toMatchObject({ status: 'ready', age: HOUR });
  expect(reads).toEqual(['feeds/tor-exits/current.json']);
  expect(events.slice(1)).toEqual([
    'tor-exits new > ready',
    'tor-exits ready > expired',
    'tor-exits expired > ready',
  ]);
});

describe('the age begins', () => {
  const published = feedOf('published', 'ranges', { ageFrom: 'published' });
  test.each([
    ['at the confirmation', TOR, { publishedAt: NOON - 9 * HOUR, confirmedAt: NOON - HOUR }, 1],
    ["at the publisher's date", published, { publishedAt: NOON - 9 * HOUR }, 9],
    ['at the confirmation without such a date', published, { confirmedAt: NOON - 2 * HOUR }, 2],
    ['now with a date in the future', TOR, { confirmedAt: NOON + HOUR }, 0],
  ])('%s', async (_, feed, dates, hours) => {
    await publish(store, feed, rangesFile('9.9.9.9'), dates);
    const follower = follow([feed]);
    await follower.start(WAIT);
    expect(follower.current.find(feed.feed.id, NOON)).toMatchObject({ age: hours * HOUR });
  });
});

describe('keeps the last good snapshot, and uses the next one, after', () => {
  const good = rangesFile('9.9.9.9');
  const next = rangesFile('8.8.8.8');
  const broken = Buffer.concat([next.subarray(0, -8), Buffer.alloc(8, 255)]);
  const RUN = 'run the refresher.';
  test.each<[what: string, publishBad: () => Promise<void>, why: string]>([
    [
      'a snapshot with another hash',
      () => publish(store, TOR, broken, { sha256: pointerTo(TOR, next).sha256 }),
      `The snapshot of the feed tor-exits does not have the hash that its pointer states: ${RUN}`,
    ],
    [
      'a truncated snapshot',
      () => publish(store, TOR, next.subarray(0, -8), { sha256: pointerTo(TOR, next).sha256 }),
      `The snapshot of the feed tor-exits does not have the hash that its pointer states: ${RUN}`,
    ],
    [
      'a snapshot that was published broken',
      () => publish(store, TOR, next.subarray(0, -8)),
      `The snapshot of the feed tor-exits has ${next.length - 8} bytes instead of ${next.length}: ${RUN}`,
    ],
    [
      'a snapshot of other content',
      () => publish(store, TOR, networksFile(64500)),
      `The snapshot of the feed tor-exits contains networks instead of ranges: ${RUN}`,
    ],
    [
      'a snapshot of another format',
      () => publish(store, TOR, Buffer.from('9.9.9.9\n')),
      `The snapshot of the feed tor-exits is not a snapshot of Risk Gate: ${RUN}`,
    ],
    [
      'a snapshot larger than its pointer states',
      () => publish(store, TOR, next, { bytes: 8 }),
      'larger than 8 bytes',
    ],
    [
      'a missing snapshot',
      () => writePointer(store, 'tor-exits', JSON.stringify(pointerTo(TOR, next))),
      `The snapshot of the feed tor-exits is missing: ${RUN}`,
    ],
    [
      'a pointer that is not JSON',
      () => writePointer(store, 'tor-exits', '<html>'),
      'The pointer of the feed tor-exits is not valid JSON.',
    ],
    [
      'a pointer of another feed',
      () => publish(store, TOR, next, { feed: 'vpn' }),
      'The pointer of the feed tor-exits is not one of this version of Risk Gate.',
    ],
    [
      'a pointer of another content',
      () => publish(store, TOR, next, { content: 'scores' }),
      'The pointer of the feed tor-exits is one of scores instead of ranges: give the list another id, or delete the pointer.',
    ],
    [
      'a pointer of another version',
      () =>
        writePointer(store, 'tor-exits', JSON.stringify({ ...pointerTo(TOR, next), version: 2 })),
      'The pointer of the feed tor-exits is not one of this version of Risk Gate.',
    ],
    [
      'a pointer to more than a task can hold',
      () => publish(store, TOR, next, { bytes: 2 ** 40 }),
      `The snapshot of the feed tor-exits has ${2 ** 40} bytes, and at most ${512 * 1024 ** 2} are loaded.`,
    ],
  ])('%s', async (_, publishBad, why) => {
    await publish(store, TOR, good);
    const follower = follow([TOR, VPN]);
    await follower.start(WAIT);
    await publishBad();
    await publish(store, VPN, rangesFile('7.7.7.7'));
    events = [];
    await poll();
    expect(events[0]).toContain(why);
    expect(events[0]).toMatch(/^tor-exits failed: /);
    expect(isOn(follower.current, 'tor-exits', '9.9.9.9')).toBe(true);
    // The other feeds are not affected.
    expect(isOn(follower.current, 'vpn', '7.7.7.7')).toBe(true);
    await publish(store, TOR, next);
    await poll();
    expect(isOn(follower.current, 'tor-exits', '8.8.8.8')).toBe(true);
  });
});

test('a snapshot that was read broken is read again in the next poll', async () => {
  await publish(store, TOR, rangesFile('9.9.9.9'));
  let isBroken = true;
  const follower = follow([TOR], {
    check: (file, expected, signal) =>
      checkHere(isBroken ? file.subarray(0, -1) : file, expected, signal),
  });
  await follower.start(WAIT);
  expect(follower.current.find('tor-exits', time)).toEqual({ status: 'absent' });
  // A broken snapshot is not read every 30 seconds.
  expect(polls.map(({ delay }) => delay)).toEqual([300_000]);
  isBroken = false;
  await poll();
  expect(isOn(follower.current, 'tor-exits', '9.9.9.9')).toBe(true);
});

test('a pointer that disappears changes nothing', async () => {
  await publish(store, TOR, rangesFile('9.9.9.9'));
  const follower = follow([TOR]);
  await follower.start(WAIT);
  await store.delete('feeds/tor-exits/current.json');
  await poll();
  expect(isOn(follower.current, 'tor-exits', '9.9.9.9')).toBe(true);
});

describe('a store that cannot be read', () => {
  let isDown: boolean;
  const flaky = (): ObjectStore => ({
    ...store,
    read: (key, options) =>
      isDown ? Promise.reject(new Error('The feed store is down.')) : store.read(key, options),
  });

  test('at the start, and then back', async () => {
    isDown = true;
    await publish(store, TOR, rangesFile('9.9.9.9'));
    const follower = follow([TOR], { store: flaky() });
    await follower.start(WAIT);
    expect(follower.current.find('tor-exits', time)).toEqual({ status: 'absent' });
    expect(events).toEqual(['tor-exits failed: The feed store is down.', 'tor-exits new > absent']);
    expect(polls.map(({ delay }) => delay)).toEqual([30_000]);
    isDown = false;
    await poll();
    expect(isOn(follower.current, 'tor-exits', '9.9.9.9')).toBe(true);
    expect(events.slice(2)).toEqual(['tor-exits loaded', 'tor-exits absent > ready']);
    expect(polls.map(({ delay }) => delay)).toEqual([300_000]);
  });

  test('later, and then back', async () => {
    isDown = false;
    await publish(store, TOR, rangesFile('9.9.9.9'));
    const follower = follow([TOR], { store: flaky() });
    await follower.start(WAIT);
    isDown = true;
    await publish(store, TOR, rangesFile('8.8.8.8'));
    await poll();
    await poll();
    expect(isOn(follower.current, 'tor-exits', '9.9.9.9')).toBe(true);
    isDown = false;
    await poll();
    expect(isOn(follower.current, 'tor-exits', '8.8.8.8')).toBe(true);
  });

  test('while a snapshot is read: again after 30 seconds', async () => {
    await publish(store, TOR, rangesFile('9.9.9.9'));
    let isSnapshotReadable = false;
    const pointersOnly: ObjectStore = {
      ...store,
      read: (key, options) =>
        isSnapshotReadable || key.endsWith('current.json')
          ? store.read(key, options)
          : Promise.reject(new Error('The feed store is down.')),
    };
    const follower = follow([TOR], { store: pointersOnly });
    await follower.start(WAIT);
    expect(events).toEqual(['tor-exits failed: The feed store is down.', 'tor-exits new > absent']);
    expect(polls.map(({ delay }) => delay)).toEqual([30_000]);
    isSnapshotReadable = true;
    await poll();
    expect(isOn(follower.current, 'tor-exits', '9.9.9.9')).toBe(true);
    expect(polls.map(({ delay }) => delay)).toEqual([300_000]);
  });

  test('does not delay the start beyond its limit', async () => {
    const never: ObjectStore = { ...store, read: () => new Promise(() => {}) };
    await follow([TOR], { store: never }).start({ pointers: 1, snapshots: 60_000 });
    // The poll goes on.
    expect(polls).toEqual([]);
  });
});

test('a snapshot that takes long does not delay the start beyond its limit', async () => {
  await publish(store, TOR, rangesFile('9.9.9.9'));
  let finish = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const follower = follow([TOR], {
    check: async (file, expected, signal) => {
      await finished;
      return checkHere(file, expected, signal);
    },
  });
  await follower.start({ pointers: 60_000, snapshots: 1 });
  expect(follower.current.find('tor-exits', time)).toEqual({ status: 'absent' });
  finish();
  while (polls.length === 0) await new Promise((resolve) => setImmediate(resolve));
  expect(isOn(follower.current, 'tor-exits', '9.9.9.9')).toBe(true);
});

test('loads one snapshot at a time', async () => {
  const feeds = ['a', 'b', 'c'].map((id) => feedOf(id, 'ranges'));
  for (const feed of feeds) await publish(store, feed, rangesFile('9.9.9.9'));
  let loading = 0;
  const seen: number[] = [];
  const follower = follow(feeds, {
    check: async (file, expected, signal) => {
      loading += 1;
      seen.push(loading);
      await new Promise((resolve) => setImmediate(resolve));
      loading -= 1;
      return checkHere(file, expected, signal);
    },
  });
  await follower.start(WAIT);
  expect(seen).toEqual([1, 1, 1]);
});

test('a stop ends a running load, and nothing happens afterwards', async () => {
  await publish(store, TOR, rangesFile('9.9.9.9'));
  let aborted = false;
  let begun = () => {};
  const loading = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const follower = follow([TOR, VPN], {
    check: (_file, _expected, signal) =>
      new Promise((_, reject) => {
        begun();
        signal.addEventListener('abort', () => {
          aborted = true;
          reject(signal.reason);
        });
      }),
  });
  const started = follower.start(WAIT);
  await loading;
  follower.stop();
  await started;
  expect(aborted).toBe(true);
  expect(polls).toEqual([]);
  expect(events).toEqual([]);
  expect(follower.current.find('tor-exits', time)).toEqual({ status: 'absent' });
});

test('a stop cancels the next poll', async () => {
  const follower = follow([TOR]);
  await follower.start(WAIT);
  expect(polls.length).toBe(1);
  follower.stop();
  expect(polls).toEqual([]);
});

describeWithMoto('with a store in S3', () => {
  beforeAll(async () => {
    Object.assign(process.env, {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'testing',
      AWS_SECRET_ACCESS_KEY: 'testing',
      AWS_ENDPOINT_URL_S3: await sharedMoto(),
    });
    const client = new S3Client({ forcePathStyle: true });
    await client.send(new CreateBucketCommand({ Bucket: 'follower' }));
    client.destroy();
  });

  test('loads a database of several parts, then follows', async () => {
    const bucket = createS3Store('follower');
    const places = feedOf('places', 'places');
    const country = countryFile('CH');
    await publish(bucket, places, country);
    await publish(bucket, TOR, rangesFile('9.9.9.9'));
    const follower = follow([places, TOR], { store: bucket });
    await follower.start(WAIT);
    expect(follower.current.ofContent('places')).toHaveLength(1);
    expect(isOn(follower.current, 'tor-exits', '9.9.9.9')).toBe(true);
    reads = [];
    await publish(bucket, TOR, rangesFile('8.8.8.8'));
    await poll();
    expect(isOn(follower.current, 'tor-exits', '8.8.8.8')).toBe(true);
    expect(reads).toEqual([
      'feeds/places/current.json',
      'feeds/tor-exits/current.json',
      'feeds/tor-exits/snapshot',
    ]);
  });
});
