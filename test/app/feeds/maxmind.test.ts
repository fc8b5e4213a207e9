import { createHash } from 'node:crypto';
import { geoip2AnonymousIp } from '../../../app/src/feeds/geoip2-anonymous-ip.ts';
import { geolite2Asn } from '../../../app/src/feeds/geolite2-asn.ts';
import { geolite2Country } from '../../../app/src/feeds/geolite2-country.ts';
import { FEED_CATALOG } from '../../../app/src/feeds/index.ts';
import { parseFeeds } from '../../../app/src/feeds/model/configured-feeds.ts';
import type { Feed } from '../../../app/src/feeds/model/feed.ts';
import {
  ANONYMIZERS,
  ASNS,
  archiveOf,
  BUILT,
  COUNTRIES,
  database,
  hash,
} from '../../support/feeds/databases.ts';
import { type Downloader, startDownloader } from '../../support/feeds/downloader.ts';
import type { ReceivedRequest, Respond } from '../refresher/support/publisher.ts';

const FILE_HOST =
  'mm-prod-geoip-databases.a2649acb697e2c09b632799562c076f2.r2.cloudflarestorage.com';
const CREDENTIAL = '123456:canary-license-key';
const SIGNATURE = 'canary-signature';
const EDITION = 'GeoLite2-Country';
const LAST_MODIFIED = 'Fri, 20 Nov 2026 09:00:00 GMT';
const VERSION = `20261120 ${LAST_MODIFIED}`;

const file = database(EDITION);
const entry = (path: string, content = file) => ({ path, content });
const TEXTS = ['COPYRIGHT.txt', 'LICENSE.txt'].map((name) =>
  entry(`${EDITION}_20261120/${name}`, Buffer.from('text')),
);
const archive = archiveOf([...TEXTS, entry(`${EDITION}_20261120/${EDITION}.mmdb`)]);

/** What MaxMind's hosts respond. */
interface Site {
  readonly status?: number;
  readonly disposition?: string;
  readonly archive?: Buffer;
  readonly checksum?: string;
  readonly metadata?: unknown;
  /** A release that appears after the first request. */
  readonly laterArchive?: Buffer;
  /** Of the redirect's host. */
  readonly fileHost?: Respond;
}

let downloader: Downloader;
beforeAll(async () => {
  downloader = await startDownloader(['download.maxmind.com', 'updates.maxmind.com', FILE_HOST]);
});
beforeEach(() => downloader.reset());
afterAll(() => downloader.close());

const basic = (credential: string) => `Basic ${Buffer.from(credential).toString('base64')}`;

function serve(site: Site = {}): void {
  const content = site.archive ?? archive;
  const redirect: Respond = (response, { path }) =>
    response
      .writeHead(302, { location: `https://${FILE_HOST}${path}&X-Amz-Signature=${SIGNATURE}` })
      .end();
  const respond: Respond = (response, request) => {
    const { method, headers } = request;
    const { status } = site;
    if (headers.authorization !== basic(CREDENTIAL)) return response.writeHead(401).end('denied');
    if (status !== undefined) return response.writeHead(status).end('Some text');
    if (method !== 'HEAD') return redirect(response, request);
    return response
      .writeHead(200, {
        'content-disposition':
          site.disposition ?? `attachment; filename=${EDITION}_20261120.tar.gz`,
        'last-modified': LAST_MODIFIED,
        'content-length': 3_000_000,
      })
      .end();
  };
  downloader.publisher.on('download.maxmind.com', respond);
  downloader.publisher.on('updates.maxmind.com', (response, request) => {
    if (!request.path.startsWith('/geoip/updates/metadata')) return respond(response, request);
    if (site.status !== undefined) return response.writeHead(site.status).end('Some text');
    const metadata = site.metadata ?? { databases: [METADATA] };
    return response.end(typeof metadata === 'string' ? metadata : JSON.stringify(metadata));
  });
  downloader.publisher.on(
    FILE_HOST,
    site.fileHost ??
      ((response, { path, headers }) => {
        if (headers.authorization !== undefined) return response.writeHead(400).end();
        if (!path.includes('.sha256')) {
          // Without the date this would be the newest release, and not that of the checksum.
          const isPinned = path.includes('date=20261120');
          return response.end(isPinned ? content : (site.laterArchive ?? content));
        }
        const checksum = site.checksum ?? hash('sha256', content);
        return response.end(`${checksum}  ${EDITION}_20261120.tar.gz\n`);
      }),
  );
}

const METADATA = { edition_id: EDITION, md5: hash('md5', file), date: '2026-11-20' };

const download = (context: object = {}, feed: Feed = geolite2Country) =>
  downloader.download(feed, { credential: CREDENTIAL, ...context });
const UPDATE = { options: { protocol: 'update' } };

const lineOf = ({ method, host, path }: ReceivedRequest) =>
  `${method} ${host}${path.replace(/&X-Amz-Signature=.*/, '&signed')}`;
const PERMALINK = `download.maxmind.com/geoip/databases/${EDITION}/download`;

describe('a release', () => {
  test('is asked for with HEAD, and downloaded with its date', async () => {
    serve();
    expect(await download()).toMatchObject({
      status: 'downloaded',
      version: VERSION,
      data: {
        content: 'places',
        file,
        publishedAt: BUILT.getTime(),
        summary: { type: EDITION, bytes: file.length, fields: 'country continent' },
      },
    });
    const path = `/geoip/databases/${EDITION}/download`;
    expect(downloader.publisher.requests.map(lineOf)).toEqual([
      `HEAD ${PERMALINK}?suffix=tar.gz`,
      `GET ${PERMALINK}?suffix=tar.gz.sha256&date=20261120`,
      `GET ${FILE_HOST}${path}?suffix=tar.gz.sha256&date=20261120&signed`,
      `GET ${PERMALINK}?suffix=tar.gz&date=20261120`,
      `GET ${FILE_HOST}${path}?suffix=tar.gz&date=20261120&signed`,
    ]);
  });

  test('counts the checksum and the archive, and sends the key to one host only', async () => {
    serve();
    await download();
    expect(downloader.counted()).toBe(2);
    for (const { host, path, headers } of downloader.publisher.requests) {
      expect(headers.authorization).toBe(host === FILE_HOST ? undefined : basic(CREDENTIAL));
      expect(path).not.toContain('canary-license-key');
    }
  });

  test('that is known is not downloaded', async () => {
    serve();
    expect(await download({ version: VERSION })).toEqual({ status: 'unchanged' });
    expect(downloader.counted()).toBe(0);
    expect(downloader.publisher.requests).toHaveLength(1);
  });

  test('of the same day with another date of change is downloaded', async () => {
    serve();
    const version = '20261120 Fri, 20 Nov 2026 08:00:00 GMT';
    expect(await download({ version })).toMatchObject({ version: VERSION });
  });

  test('that appears between the requests does not mix with the one before', async () => {
    serve({
      laterArchive: archiveOf([entry('later.mmdb', database(EDITION, COUNTRIES.slice(1)))]),
    });
    expect(await download()).toMatchObject({ data: { file } });
  });

  test('is asked for with HEAD at the address to which it is redirected, too', async () => {
    serve();
    downloader.publisher.on('download.maxmind.com', (response) =>
      response.writeHead(302, { location: `https://${FILE_HOST}/file?${SIGNATURE}` }).end(),
    );
    downloader.publisher.on(FILE_HOST, (response, { method, headers }) => {
      const isValid = method === 'HEAD' && headers.authorization === undefined;
      response
        .writeHead(isValid ? 200 : 400, {
          'content-disposition': `attachment; filename=${EDITION}_20261120.tar.gz`,
          'last-modified': LAST_MODIFIED,
        })
        .end();
    });
    expect(await download({ version: VERSION })).toEqual({ status: 'unchanged' });
  });

  test('is accepted with the checksum in capitals and without a name', async () => {
    serve({ checksum: hash('sha256', archive).toUpperCase() });
    expect(await download()).toMatchObject({ data: { file } });
  });
});

describe('the protocol of geoipupdate', () => {
  test('asks for the checksum of the database, and downloads the archive of its date', async () => {
    serve();
    expect(await download(UPDATE)).toMatchObject({
      status: 'downloaded',
      version: `2026-11-20 ${METADATA.md5}`,
      data: { content: 'places', file },
    });
    const query = `/geoip/databases/${EDITION}/download?date=20261120&suffix=tar.gz`;
    expect(downloader.publisher.requests.map(lineOf)).toEqual([
      `GET updates.maxmind.com/geoip/updates/metadata?edition_id=${EDITION}`,
      `GET updates.maxmind.com${query}`,
      `GET ${FILE_HOST}${query}&signed`,
    ]);
    expect(downloader.counted()).toBe(1);
  });

  test.each([
    ['as it was', METADATA.md5],
    ['in capitals', METADATA.md5.toUpperCase()],
  ])('does not download a database whose checksum is %s', async (_, md5) => {
    serve({ metadata: { databases: [{ ...METADATA, md5 }] } });
    const version = `2026-11-20 ${METADATA.md5}`;
    expect(await download({ ...UPDATE, version })).toEqual({ status: 'unchanged' });
    expect(downloader.counted()).toBe(0);
  });

  test.each([
    ['no database', { databases: [] }, 'format'],
    ['two databases', { databases: [METADATA, METADATA] }, 'format'],
    ['a page', '<html></html>', 'format'],
    ['no list', { message: 'hello' }, 'format'],
    ['another date format', { databases: [{ ...METADATA, date: '20261120' }] }, 'format'],
    ['a short checksum', { databases: [{ ...METADATA, md5: 'abc' }] }, 'format'],
    ['another edition', { databases: [{ ...METADATA, edition_id: 'GeoLite2-City' }] }, 'missing'],
    ['zeros for none', { databases: [{ ...METADATA, md5: '0'.repeat(32) }] }, 'missing'],
  ])('rejects metadata with %s before the download', async (_, metadata, reason) => {
    serve({ metadata });
    await expect(download(UPDATE)).rejects.toMatchObject({ reason });
    expect(downloader.counted()).toBe(0);
  });

  test('rejects a database with another checksum', async () => {
    serve({ metadata: { databases: [{ ...METADATA, md5: hash('md5', archive) }] } });
    await expect(download(UPDATE)).rejects.toMatchObject({ reason: 'checksum' });
  });
});

const STATUSES = [
  [400, 'forbidden'],
  [401, 'authentication'],
  [403, 'forbidden'],
  [404, 'missing'],
  [429, 'quota'],
  [451, 'forbidden'],
  [500, 'unreachable'],
  [503, 'unreachable'],
] as const;

describe.each([
  ['release', {}],
  ['update', UPDATE],
])('with the protocol %s', (_, context) => {
  test.each(STATUSES)('the status %d is the reason %s', async (status, reason) => {
    serve({ status });
    await expect(download(context)).rejects.toMatchObject({ reason });
    expect(downloader.publisher.requests).toHaveLength(1);
  });

  test.each(STATUSES)('the status %d of the redirect is the reason %s', async (status, reason) => {
    serve({ fileHost: (response) => response.writeHead(status).end() });
    await expect(download(context)).rejects.toMatchObject({ reason });
  });

  test.each<[string, Site]>([
    ['a page with the status 200', { archive: Buffer.from('<html>Back soon</html>') }],
    ['JSON with the status 200', { archive: Buffer.from('{"error":"no"}') }],
    ['no bytes', { archive: Buffer.alloc(0) }],
    ['an archive without a database', { archive: archiveOf(TEXTS) }],
    [
      'an archive with two databases',
      { archive: archiveOf([entry('a/a.mmdb'), entry('a/b.mmdb')]) },
    ],
  ])('%s is rejected', async (_, site) => {
    serve(site);
    await expect(download(context)).rejects.toMatchObject({ reason: 'format' });
  });

  test('a response that is cut off is unreachable', async () => {
    serve({
      fileHost: (response) => {
        response.writeHead(200, { 'content-length': archive.length });
        response.write(archive.subarray(0, 100), () => response.destroy());
      },
    });
    await expect(download(context)).rejects.toMatchObject({ reason: 'unreachable' });
  });

  test('no message contains the key or the signature', async () => {
    const sites: Site[] = [
      ...STATUSES.map(([status]) => ({ status })),
      { fileHost: (response) => response.writeHead(403).end() },
      { archive: Buffer.from('<html>') },
      { fileHost: (response) => response.destroy() },
    ];
    for (const site of sites) {
      serve(site);
      const error: Error = await download(context).then(String, (thrown) => thrown);
      const text = `${error.message} ${error.stack} ${JSON.stringify(error)} ${error.cause}`;
      expect(error).toBeInstanceOf(Error);
      expect(text).not.toMatch(/canary|cloudflarestorage/);
    }
  });
});

describe('the archive of a release', () => {
  test('is rejected with another checksum, and downloaded again by the next run', async () => {
    serve({ checksum: hash('sha256', file) });
    await expect(download()).rejects.toMatchObject({ reason: 'checksum', version: undefined });
  });

  test.each<[string, Buffer]>([
    ['without a database', archiveOf(TEXTS)],
    ['with a damaged database', archiveOf([entry('a.mmdb', file.subarray(0, -1))])],
  ])('%s is not downloaded again, because its checksum is right', async (_, wrong) => {
    serve({ archive: wrong });
    await expect(download()).rejects.toMatchObject({ reason: 'format', version: VERSION });
  });

  test.each([
    ['none', ''],
    ['that of another edition', 'attachment; filename=GeoLite2-City_20261120.tar.gz'],
    ['one without a date', `attachment; filename=${EDITION}.tar.gz`],
    ['an attempt at another query', `attachment; filename=${EDITION}_2026&x=1.tar.gz`],
  ])('must have a name with a date: %s', async (_, disposition) => {
    serve({ disposition });
    await expect(download()).rejects.toMatchObject({ reason: 'format' });
    expect(downloader.counted()).toBe(0);
  });

  test.each(['', 'no checksum', '<html></html>', createHash('md5').digest('hex')])(
    'is not requested with the checksum "%s"',
    async (checksum) => {
      serve({ checksum });
      await expect(download()).rejects.toMatchObject({ reason: 'format' });
      expect(downloader.counted()).toBe(1);
    },
  );
});

test.each([
  ['no credential', undefined],
  ['an empty one', ''],
  ['a key only', 'canary-license-key'],
  ['an e-mail address as account', 'me@example.com:canary-license-key'],
  ['no key', '123456:'],
  ['a line break', '123456:canary\nlicense'],
])('nothing is asked with %s', async (_, credential) => {
  serve();
  const error = await download({ credential }).then(String, (thrown) => thrown);
  expect(error).toMatchObject({
    reason: 'authentication',
    message: expect.stringContaining('MAXMIND_CREDENTIAL'),
  });
  expect(error.message).not.toContain('canary');
  expect(downloader.publisher.requests).toEqual([]);
});

test.each([
  [geolite2Asn, 'GeoLite2-ASN', ASNS, { content: 'places', summary: { knownAddresses: 10 } }],
  [geoip2AnonymousIp, 'GeoIP2-Anonymous-IP', ANONYMIZERS, { content: 'anonymizers' }],
] as const)('$id is another edition', async (feed, type, networks, data) => {
  const content = database(type, networks);
  serve({
    archive: archiveOf([entry(`x/${type}.mmdb`, content)]),
    disposition: `attachment; filename="${type}_20261120.tar.gz"`,
  });
  const result = await download({}, feed);
  expect(result).toMatchObject({ status: 'downloaded', data: { ...data, file: content } });
});

test('the option protocol is release or update', () => {
  const parse = (text: string) => parseFeeds(text, FEED_CATALOG);
  expect(parse('geolite2-country').feeds[0]?.options).toEqual({ protocol: 'release' });
  expect(parse('geolite2-city#protocol=update').feeds[0]?.options).toEqual({ protocol: 'update' });
  expect(parse('geolite2-asn#protocol=ftp').issues).toEqual([
    expect.stringContaining('protocol must be one of release, update'),
  ]);
});
