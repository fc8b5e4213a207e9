import { gzipSync } from 'node:zlib';
import { dbipCountryLite } from '../../../app/src/feeds/dbip-country-lite.ts';
import { database } from '../../support/feeds/databases.ts';
import { type Downloader, startDownloader } from '../../support/feeds/downloader.ts';

const file = database('DBIP-Country-Lite');
const gzip = gzipSync(file);
const LAST_MODIFIED = 'Sun, 01 Nov 2026 06:31:00 GMT';

let downloader: Downloader;
beforeAll(async () => {
  downloader = await startDownloader(['download.db-ip.com']);
});
beforeEach(() => downloader.reset());
afterAll(() => downloader.close());

/** Serves the files of some months. */
function serve(months: readonly string[], body: Buffer = gzip, status = 404): void {
  downloader.publisher.on('download.db-ip.com', (response, { path }) => {
    const exists = months.some((month) => path === `/free/dbip-country-lite-${month}.mmdb.gz`);
    if (!exists) return response.writeHead(status).end();
    return response.writeHead(200, { 'last-modified': LAST_MODIFIED }).end(body);
  });
}

const download = (at: string, version?: string) =>
  downloader.download(dbipCountryLite, { now: Date.parse(at), version });

test.each([
  ['of the month', '2026-11-15T00:00:00Z', ['2026-10', '2026-11'], '2026-11'],
  ['of the month before until the new one appears', '2026-12-01T05:00:00Z', ['2026-11'], '2026-11'],
  ['of December in January', '2027-01-01T00:00:00Z', ['2026-12'], '2026-12'],
  ['of the month in UTC', '2026-11-30T23:59:59-02:00', ['2026-11', '2026-12'], '2026-12'],
])('the file %s is downloaded', async (_, at, months, month) => {
  serve(months);
  expect(await download(at)).toMatchObject({
    status: 'downloaded',
    version: `${month} ${LAST_MODIFIED}`,
    data: { content: 'places', file, summary: { type: 'DBIP-Country-Lite', knownAddresses: 10 } },
  });
  expect(downloader.publisher.requests.at(-1)).toMatchObject({ method: 'GET' });
});

test.each([
  ['in its month', '2026-11-15T00:00:00Z'],
  ['until the file of the next month appears', '2026-12-01T05:00:00Z'],
])('a file that is known is not downloaded again %s', async (_, at) => {
  serve(['2026-11']);
  expect(await download(at, `2026-11 ${LAST_MODIFIED}`)).toEqual({ status: 'unchanged' });
  expect(downloader.publisher.requests.every(({ method }) => method === 'HEAD')).toBe(true);
});

test('a file that is replaced within its month is downloaded again', async () => {
  serve(['2026-11']);
  const version = '2026-11 Sun, 01 Nov 2026 00:00:00 GMT';
  expect(await download('2026-11-15T00:00:00Z', version)).toMatchObject({ status: 'downloaded' });
});

const wrongByte = Buffer.from(gzip);
wrongByte.writeUInt8(wrongByte.readUInt8(gzip.length - 6) ^ 1, gzip.length - 6);
const wrongLength = Buffer.from(gzip);
wrongLength.writeUInt8(wrongLength.readUInt8(gzip.length - 3) ^ 1, gzip.length - 3);

test.each([
  ['that is cut off', gzip.subarray(0, gzip.length / 2), 'format'],
  ['without its end', gzip.subarray(0, -1), 'format'],
  ['with another checksum', wrongByte, 'checksum'],
  ['with another length', wrongLength, 'checksum'],
  ['that is a page', Buffer.from('<html></html>'), 'format'],
  ['that is not compressed', file, 'format'],
  ['that contains text', gzipSync('not a database'), 'format'],
  ['larger than 32 MiB', gzipSync(Buffer.alloc(33 * 1024 * 1024), { level: 1 }), 'format'],
])('a file %s is rejected', async (_, body, reason) => {
  serve(['2026-11'], body);
  await expect(download('2026-11-15T00:00:00Z')).rejects.toMatchObject({ reason });
});

test.each([
  [404, 'missing'],
  [403, 'forbidden'],
  [429, 'quota'],
  [500, 'unreachable'],
])('the status %d for all months is the reason %s', async (status, reason) => {
  serve([], gzip, status);
  await expect(download('2026-11-15T00:00:00Z')).rejects.toMatchObject({ reason });
});

test('a file is plausible until that of the next month must have appeared', async () => {
  serve(
    ['2026-11'],
    gzipSync(database('DBIP-Country-Lite', undefined, { built: new Date('2026-11-01') })),
  );
  const result = await download('2026-11-15T00:00:00Z');
  if (result.status === 'unchanged') throw new Error('Nothing was downloaded.');
  const findAt = (at: string) =>
    dbipCountryLite.findImplausible(result.data, {
      previous: undefined,
      options: {},
      now: Date.parse(at),
    });
  expect(findAt('2026-12-02T00:00:00Z')).toBeUndefined();
  expect(findAt('2026-12-31T00:00:00Z')).toBe('it was built 60 days ago');
});
