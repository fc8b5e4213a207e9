import { mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, GetObjectTaggingCommand, S3Client } from '@aws-sdk/client-s3';
import { parseStoreLocation } from '../../../app/src/store/location.ts';
import { type ObjectStore, WriteConflictError } from '../../../app/src/store/object-store.ts';
import { openStore } from '../../../app/src/store/open-store.ts';
import { describeWithMoto, sharedMoto } from '../../support/moto.ts';

const MAX = { maxBytes: 1000 };
const AWS = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'testing',
  AWS_SECRET_ACCESS_KEY: 'testing',
};

function open(text: string): ObjectStore {
  const location = parseStoreLocation(text);
  if (location === undefined) throw new Error('not a location');
  return openStore(location);
}

/** What both kinds of store guarantee. */
function describeStore(openEmpty: () => Promise<ObjectStore>): void {
  let store: ObjectStore;
  beforeEach(async () => {
    store = await openEmpty();
  });
  afterEach(() => store.close());
  const text = async (key: string) => {
    const object = await store.read(key, MAX);
    return object.status === 'found' ? object.body.toString() : object.status;
  };

  test('reads what was written, and only if it has changed', async () => {
    expect(await text('feeds/a/current.json')).toBe('absent');
    const etag = await store.write('feeds/a/current.json', Buffer.from('1'));
    expect(await store.read('feeds/a/current.json', MAX)).toEqual({
      status: 'found',
      body: Buffer.from('1'),
      etag,
    });
    const unchanged = await store.read('feeds/a/current.json', { ...MAX, ifNoneMatch: etag });
    expect(unchanged).toEqual({ status: 'unchanged' });
    await store.write('feeds/a/current.json', Buffer.from('2'));
    expect(await store.read('feeds/a/current.json', { ...MAX, ifNoneMatch: etag })).toMatchObject({
      status: 'found',
      body: Buffer.from('2'),
    });
  });

  test('writes only over the expected object', async () => {
    const write = (body: string, expected: string) =>
      store.write('k', Buffer.from(body), { expected });
    await expect(write('0', '"00000000000000000000000000000000"')).rejects.toThrow(
      WriteConflictError,
    );
    const first = await write('1', 'absent');
    await expect(write('2', 'absent')).rejects.toThrow(WriteConflictError);
    const second = await write('3', first);
    await expect(write('4', first)).rejects.toThrow(WriteConflictError);
    expect(await text('k')).toBe('3');
    expect(second).not.toBe(first);
  });

  test('of writes at the same time one succeeds', async () => {
    const expected = await store.write('k', Buffer.from('before'));
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) =>
        store.write('k', Buffer.from(String(index)), { expected }),
      ),
    );
    const winners = results.flatMap(({ status }, index) => (status === 'fulfilled' ? index : []));
    expect(winners).toHaveLength(1);
    expect(await text('k')).toBe(String(winners[0]));
  });

  test('lists by prefix, and deletes', async () => {
    for (const key of ['feeds/a/1', 'feeds/a/2', 'feeds/ab/1', 'quotas/a.json']) {
      await store.write(key, Buffer.from('x'));
    }
    expect(await store.list('feeds/a/')).toEqual(['feeds/a/1', 'feeds/a/2']);
    await store.delete('feeds/a/1');
    await store.delete('feeds/a/1');
    expect(await store.list('')).toEqual(['feeds/a/2', 'feeds/ab/1', 'quotas/a.json']);
  });

  test('a larger object is an error', async () => {
    await store.write('k', Buffer.alloc(1001));
    await expect(store.read('k', MAX)).rejects.toThrow(/too large|larger than 1000 bytes/);
  });

  test('ignores a mark on an object that does not exist', async () => {
    await expect(store.markSuperseded('k', true)).resolves.toBeUndefined();
  });
}

describe('a folder', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'store-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  describeStore(async () => open(join(root, 'new')));

  test.each([['../k'], ['/k'], ['feeds/../../k'], ['.hidden'], ['a//b'], ['']])(
    'rejects the key %j',
    async (key) => {
      await expect(open(root).write(key, Buffer.from('x'))).rejects.toThrow();
    },
  );

  test.each([
    ['of a process that was killed', -60],
    ['from before the clock was set back', 3600],
  ])('takes over the lock %s', async (_, seconds) => {
    await open(root).write('k', Buffer.from('1'));
    const lock = join(root, '.lock-k');
    writeFileSync(lock, 'of a killed process');
    const time = Date.now() / 1000 + seconds;
    utimesSync(lock, time, time);
    await expect(open(root).write('k', Buffer.from('2'), { expected: 'absent' })).rejects.toThrow(
      WriteConflictError,
    );
    expect(readdirSync(root)).toEqual(['k']);
  });

  test('removes what a killed process was writing, and lists none of it', async () => {
    const temporary = join(root, '.tmp-1');
    writeFileSync(temporary, 'half');
    expect(await open(root).list('')).toEqual([]);
    const hoursAgo = Date.now() / 1000 - 7200;
    utimesSync(temporary, hoursAgo, hoursAgo);
    await open(root).write('k', Buffer.from('1'));
    expect(readdirSync(root)).toEqual(['k']);
  });

  test.each([
    ['a virtual file system', () => '/proc/risk-gate'],
    ['a device', () => '/dev/full'],
    ['a link to a folder that was deleted', () => linkTo(join(root, 'deleted'))],
    ['a link to itself', () => linkTo(join(root, 'link'))],
  ])('explains what to do if no folder can be made: %s', async (_, place) => {
    const path = place();
    const store = open(path);
    await expect(store.write('feeds/k', Buffer.from('x'))).rejects.toThrow(
      /^The feed store \S+ cannot be written \([A-Z]+\): set FEED_STORE to a folder that the process may use\.$/,
    );
  });

  function linkTo(target: string): string {
    const link = join(root, 'link');
    symlinkSync(target, link);
    return link;
  }

  test('explains what to do if it is not a folder', async () => {
    writeFileSync(join(root, 'file'), '');
    const store = open(join(root, 'file'));
    await expect(store.write('k', Buffer.from('x'))).rejects.toThrow(
      /^The feed store \S+file cannot be written \((?:EEXIST|ENOTDIR)\): set FEED_STORE to a folder that the process may use\.$/,
    );
  });
});

describeWithMoto('a bucket in S3', () => {
  let client: S3Client;
  let buckets = 0;
  const before = { ...process.env };
  beforeAll(async () => {
    Object.assign(process.env, AWS, { AWS_ENDPOINT_URL_S3: await sharedMoto() });
    client = new S3Client({ forcePathStyle: true });
  });
  afterAll(() => {
    client.destroy();
    process.env = before;
  });
  const createBucket = async () => {
    buckets += 1;
    const Bucket = `store-${buckets}`;
    await client.send(new CreateBucketCommand({ Bucket }));
    return Bucket;
  };

  describeStore(async () => open(`s3://${await createBucket()}`));

  test('marks a superseded object, and a new write removes the mark', async () => {
    const Bucket = await createBucket();
    const store = open(`s3://${Bucket}`);
    const tags = async () =>
      (await client.send(new GetObjectTaggingCommand({ Bucket, Key: 'k' }))).TagSet;
    await store.write('k', Buffer.from('1'));
    await store.markSuperseded('k', true);
    expect(await tags()).toEqual([{ Key: 'superseded', Value: 'true' }]);
    await store.markSuperseded('k', false);
    expect(await tags()).toEqual([{ Key: 'superseded', Value: 'false' }]);
    await store.write('k', Buffer.from('1'));
    expect(await tags()).toEqual([]);
    store.close();
  });

  test('explains what to do if there is no bucket', async () => {
    const store = open('s3://no-such-bucket');
    await expect(store.read('k', MAX)).rejects.toThrow(
      'The feed store s3://no-such-bucket does not exist: correct FEED_STORE.',
    );
    store.close();
  });
});
